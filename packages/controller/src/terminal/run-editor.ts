import { spawn } from 'node:child_process';
import type { EditorResult } from '../world.ts';

/**
 * Opens an editor on a file and waits until it is closed. `command` may hold arguments (`code --wait`); a shell
 * takes it apart, as git does. `interrupted` closes the editor.
 */
export function runEditor(
  command: string,
  file: string,
  options: { readonly onTerminal: boolean; readonly interrupted: AbortSignal },
): Promise<EditorResult> {
  const { onTerminal, interrupted } = options;
  return new Promise((resolve) => {
    // Off a terminal the editor is a script: in a group of its own it can be ended with all that it started.
    // On one it has to stay in the terminal's foreground group.
    const child = spawn('sh', ['-c', `${command} "$1"`, 'sh', file], {
      stdio: 'inherit',
      detached: !onTerminal,
    });
    const stop = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(onTerminal ? child.pid : -child.pid, 'SIGTERM');
      } catch {
        // It ended in the meantime.
      }
    };
    interrupted.addEventListener('abort', stop, { once: true });
    child.once('error', (error) => {
      interrupted.removeEventListener('abort', stop);
      resolve({ kind: 'failed', reason: error.message });
    });
    child.once('exit', (code, signal) => {
      interrupted.removeEventListener('abort', stop);
      resolve(resultOf(code, signal, interrupted.aborted));
    });
  });
}

function resultOf(code: number | null, signal: string | null, interrupted: boolean): EditorResult {
  if (interrupted || signal === 'SIGINT' || code === 130) return { kind: 'interrupted' };
  if (code === 0) return { kind: 'closed' };
  return { kind: 'failed', reason: signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}` };
}

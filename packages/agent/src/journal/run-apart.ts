import { execFile } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';

/** What a script, run apart, ended as: `words` say how. */
export interface ApartResult {
  readonly done: boolean;
  readonly words: string;
}

/**
 * Runs a script that writes `done` at its end, in a process of its own: LMDB trusts its file and its disk, and ends
 * the process that is disappointed in one of them, and with it an agent, at every start again.
 */
export async function runApart(
  script: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<ApartResult> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL' } as const;
    execFile(process.execPath, ['-e', script, ...args], options, (error, stdout, stderr) => {
      const [full] = /no space left on device/i.exec(stderr) ?? [];
      const words = full ?? (error === null ? 'it ended early' : `it ended with ${endOf(error)}`);
      resolve({ done: error === null && stdout === 'done', words });
    });
  });
}

function endOf({ signal, code }: ExecFileException): string {
  return signal ?? `exit code ${String(code)}`;
}

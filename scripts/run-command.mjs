import { spawn } from 'node:child_process';

/** Groups of processes under way: ctrl-C ends them all. */
const running = new Set();

/**
 * Runs a command in a process group of its own and resolves with its exit code and, with `quiet`, what it
 * printed; otherwise its output is ours.
 */
export function runCommand(command, args, { cwd, env, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      detached: true,
    });
    running.add(child);
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    const ended = (code) => {
      running.delete(child);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += error.message;
      ended(127);
    });
    child.once('close', (code) => ended(code ?? 1));
  });
}

/** Ends all that runs when a person or a supervisor ends us. */
export function endChildrenWithUs() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => {
      for (const child of running) {
        try {
          process.kill(-child.pid, 'SIGTERM');
        } catch {
          // It ended by itself.
        }
      }
      process.exit(code);
    });
  }
}

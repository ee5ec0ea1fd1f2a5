import { spawn } from 'node:child_process';

/** Leaders of the process groups under way. */
const running = new Set();

/** How long processes that were asked to end may take, in milliseconds. */
const patienceMs = 5000;

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

/** Ends every command under way with all that it started; resolves when nothing of them is left. */
export async function endCommands() {
  await Promise.all(
    [...running].map(async (child) => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), patienceMs);
      signalGroup(child.pid, 'SIGTERM');
      await gone;
      clearTimeout(timer);
      // Its leader is gone; what it left behind in its group goes too.
      signalGroup(child.pid, 'SIGKILL');
    }),
  );
}

/** Ends every command under way at once, with all that it started. */
export function killCommands() {
  for (const child of running) signalGroup(child.pid, 'SIGKILL');
}

/** Signals a process group; one that is gone already is no error. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}

/** Runs a command quietly and rejects with its last line where it fails. */
export async function mustRun(command, args, { cwd } = {}) {
  const { code, output } = await runCommand(command, args, { cwd, quiet: true });
  if (code !== 0) throw new Error(`${command} ${args.at(-1)} failed: ${output.trim().split('\n').at(-1)}`);
}

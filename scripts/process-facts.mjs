import { readFile } from 'node:fs/promises';
import { runCommand } from './run-command.mjs';

/** The command line of a process; undefined when there is none. */
export async function commandOf(pid) {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) || undefined;
  }
  return ps('command', pid);
}

/** The parent of a process; undefined when there is none. */
export async function parentOf(pid) {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return Number(/^PPid:\s+(\d+)$/mu.exec(status)?.[1]) || undefined;
  }
  return Number(await ps('ppid', pid)) || undefined;
}

async function ps(column, pid) {
  const { code, output } = await runCommand('ps', ['-o', `${column}=`, '-p', String(pid)], { quiet: true });
  return code === 0 ? output.trim() : undefined;
}

/** Whether a process lives. */
export function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

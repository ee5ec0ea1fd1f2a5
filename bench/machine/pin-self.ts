import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Cores } from './cores.ts';

/** Moves this process, and with it what it starts from now on, off the subject's core. */
export async function pinSelf(cores: Cores | undefined): Promise<void> {
  if (cores === undefined) return;
  await promisify(execFile)(cores.taskset, ['-a', '-c', '-p', cores.rest.join(','), String(process.pid)]);
}

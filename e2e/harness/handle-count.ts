import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { eventually } from './eventually.ts';
import type { Process } from './process.ts';

/** The environment of a Node process that tells its handles in `file` whenever it is asked. */
export function tellHandlesIn(file: string): Readonly<Record<string, string>> {
  const flags = [
    ...['--report-on-signal', '--report-signal=SIGUSR2', '--report-exclude-network'],
    ...[`--report-directory=${dirname(file)}`, `--report-filename=${file.slice(dirname(file).length + 1)}`],
  ];
  return { NODE_OPTIONS: flags.join(' ') };
}

/** How many of libuv's handles (sockets, timers, watchers, …) a process has that was started with `tellHandlesIn`. */
export async function handleCount(process: Process, file: string): Promise<number> {
  await rm(file, { force: true });
  process.signal('SIGUSR2');
  return eventually(`${process.name} tells its handles`, async () => {
    process.mustRun();
    const report = JSON.parse(await readFile(file, 'utf8')) as { libuv: readonly { type: string }[] };
    return report.libuv.filter(({ type }) => type !== 'loop').length;
  });
}

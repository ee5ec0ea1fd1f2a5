import { readFile } from 'node:fs/promises';

/** Busy and all seconds of each core so far, by its number. */
export type CoreTimes = ReadonlyMap<number, { readonly busy: number; readonly all: number }>;

/** Reads the kernel's accounting of each core; empty where there is none. */
export async function readCoreTimes(): Promise<CoreTimes> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => '');
  return new Map(
    stat
      .split('\n')
      .filter((line) => /^cpu\d/.test(line))
      .map((line) => {
        const [name = '', ...times] = line.split(/\s+/);
        const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] =
          times.map(Number);
        const busy = user + nice + system + irq + softirq + steal;
        return [Number(name.slice(3)), { busy: busy / 100, all: (busy + idle + wait) / 100 }];
      }),
  );
}

/** The share of their time that some cores were busy between two readings, 0–1; NaN where nothing is known. */
export function busyShare(before: CoreTimes, after: CoreTimes, cores: readonly number[]): number {
  let busy = 0;
  let all = 0;
  for (const core of cores) {
    const [from, to] = [before.get(core), after.get(core)];
    if (from === undefined || to === undefined) return Number.NaN;
    busy += to.busy - from.busy;
    all += to.all - from.all;
  }
  return all === 0 ? Number.NaN : busy / all;
}

import { readFile } from 'node:fs/promises';

/** Busy and all seconds of each core so far. */
export type CoreTimes = readonly { readonly busy: number; readonly all: number }[];

/** Reads the kernel's accounting of each core; empty where there is none. */
export async function readCoreTimes(): Promise<CoreTimes> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => '');
  return stat
    .split('\n')
    .filter((line) => /^cpu\d/.test(line))
    .map((line) => {
      const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] = line
        .split(/\s+/)
        .slice(1)
        .map(Number);
      const busy = user + nice + system + irq + softirq + steal;
      return { busy: busy / 100, all: (busy + idle + wait) / 100 };
    });
}

/** The share of its time that each core was busy between two readings, 0–1. */
export function busyShares(before: CoreTimes, after: CoreTimes): readonly number[] {
  return after.map(({ busy, all }, core) => {
    const from = before[core] ?? { busy: 0, all: 0 };
    return all === from.all ? 0 : (busy - from.busy) / (all - from.all);
  });
}

import { readFile } from 'node:fs/promises';

/** Ticks of the kernel's accounting a second; 100 on every Linux that we know of. */
const ticksPerSecond = 100;

/** Seconds of CPU that a process has used so far, its threads included; absent where the kernel does not tell. */
export function cpuSeconds(pid: number): Promise<number | undefined> {
  return secondsOf(`/proc/${String(pid)}/stat`);
}

/** Seconds of CPU that the first thread of a process has used so far; absent as above. */
export function mainThreadSeconds(pid: number): Promise<number | undefined> {
  return secondsOf(`/proc/${String(pid)}/task/${String(pid)}/stat`);
}

async function secondsOf(file: string): Promise<number | undefined> {
  const stat = await readFile(file, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name in parentheses may contain spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

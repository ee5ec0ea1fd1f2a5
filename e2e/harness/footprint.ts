import { readdir, readFile, readlink } from 'node:fs/promises';

/** What a process holds, as Linux tells it. */
export interface Footprint {
  /** Resident memory, with the pages of mapped files, in MB. */
  readonly residentMb: number;
  /** Resident memory that is of no file, in MB. */
  readonly ownMb: number;
  /** Open file descriptors, sockets among them. */
  readonly descriptors: number;
  readonly sockets: number;
  readonly threads: number;
}

/** What a process holds now. */
export async function footprintOf(pid: number): Promise<Footprint> {
  const folder = `/proc/${String(pid)}`;
  const status = await readFile(`${folder}/status`, 'utf8');
  const numberOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(status)?.[1]);
  const descriptors = await readdir(`${folder}/fd`);
  const targets = await Promise.all(
    descriptors.map((name) => readlink(`${folder}/fd/${name}`).catch(() => '')),
  );
  return {
    residentMb: numberOf('VmRSS') / 1024,
    ownMb: numberOf('RssAnon') / 1024,
    descriptors: descriptors.length,
    sockets: targets.filter((target) => target.startsWith('socket:')).length,
    threads: numberOf('Threads'),
  };
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadResult } from '../measure/load-result.ts';
import { repositoryPath } from '../stage/paths.ts';
import { BenchProcess } from '../process/bench-process.ts';
import type { Cores, Place } from '../machine/cores.ts';

/** One run of wrk. */
export interface WrkOptions {
  readonly wrk: string;
  /** A folder for the script that wrk reads. */
  readonly folder: string;
  readonly cores: Cores | undefined;
  readonly place?: Place;
  readonly url: string;
  readonly connections: number;
  /** Rounded up to whole ones, which is all that wrk knows. */
  readonly seconds: number;
  /** Whether every message has an Idempotency-Key of its own. */
  readonly keyed?: boolean;
}

let runs = 0;

/** Posts messages to `/v1/messages`, each connection one after the other, for some seconds. */
export async function runWrk(options: WrkOptions): Promise<LoadResult> {
  const { wrk, folder, cores, place = 'rest', url, connections, seconds, keyed = false } = options;
  const script = join(folder, 'wrk.lua');
  const parts = await Promise.all(['wrk-messages.lua', 'wrk-report.lua'].map(readScript));
  await writeFile(script, parts.join('\n'));
  const run = `wrk${String(process.pid)}x${String((runs += 1))}`;
  const child = new BenchProcess({
    name: 'wrk',
    command: wrk,
    args: [
      ...[
        '-t1',
        `-c${String(connections)}`,
        `-d${String(Math.ceil(seconds))}s`,
        '--timeout',
        '20s',
        '-s',
        script,
        url,
      ],
      ...['--', keyed ? 'keyed' : 'plain', run],
    ],
    cores,
    place,
  });
  await child.exited;
  const found = /^WRK (.*)$/m.exec(child.lastLines());
  if (found?.[1] === undefined) throw new Error(`wrk reported nothing:\n${child.lastLines()}`);
  return JSON.parse(found[1]) as LoadResult;
}

function readScript(name: string): Promise<string> {
  // Beside the source, since only TypeScript is compiled into dist.
  return readFile(repositoryPath(`bench/load/${name}`), 'utf8');
}

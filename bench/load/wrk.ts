import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cores, Place } from '../machine/cores.ts';
import type { LoadResult } from '../measure/load-result.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { repositoryPath } from '../stage/paths.ts';
import { message } from './message.ts';

/** What wrk is told to send. */
export interface WrkLoad {
  readonly place?: Place;
  readonly connections: number;
  /** Rounded up to whole ones, which is all that wrk knows. */
  readonly seconds: number;
  /** Whether every message has an Idempotency-Key of its own. */
  readonly keyed?: boolean;
  /** How many numbers a message has; default 1. */
  readonly numbers?: number;
  /** The messages' template; default everybody's. */
  readonly template?: string;
  /** The longest rest of a connection between two sends, in ms; default none. */
  readonly restMs?: number;
}

/** One run of wrk. */
export interface WrkOptions extends WrkLoad {
  readonly wrk: string;
  /** A folder for the script that wrk reads. */
  readonly folder: string;
  readonly cores: Cores | undefined;
  readonly url: string;
}

let runs = 0;

/** Posts messages to `/v1/messages`, each connection one after the other, for some seconds. */
export async function runWrk(options: WrkOptions): Promise<LoadResult> {
  const { wrk, folder, cores, place = 'rest' } = options;
  const script = join(folder, 'wrk.lua');
  const parts = await Promise.all(['wrk-messages.lua', 'wrk-report.lua'].map(readScript));
  await writeFile(script, parts.join('\n'));
  const child = new BenchProcess({
    ...{ name: 'wrk', command: wrk, cores, place },
    args: argumentsOf(script, options),
  });
  await child.exited;
  const found = /^WRK (.*)$/m.exec(child.lastLines());
  if (found?.[1] === undefined) throw new Error(`wrk reported nothing:\n${child.lastLines()}`);
  return JSON.parse(found[1]) as LoadResult;
}

function argumentsOf(script: string, options: WrkOptions): readonly string[] {
  const { url, connections, seconds } = options;
  const { keyed = false, numbers = 1, template = message.templateCode, restMs = 0 } = options;
  const run = `wrk${String(process.pid)}x${String((runs += 1))}`;
  const load = ['-t1', `-c${String(connections)}`, `-d${String(Math.ceil(seconds))}s`, '--timeout', '20s'];
  const told = [run, keyed ? 'keyed' : 'plain', String(numbers), template, String(restMs)];
  return [...load, '-s', script, url, '--', ...told];
}

function readScript(name: string): Promise<string> {
  // Beside the source, since only TypeScript is compiled into dist.
  return readFile(repositoryPath(`bench/load/${name}`), 'utf8');
}

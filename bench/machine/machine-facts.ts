import { execFile } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import type { Programs } from './programs.ts';

/** What the numbers were measured on. */
export type MachineFacts = Readonly<Record<string, string | number>>;

const run = promisify(execFile);

/** Facts that a reader needs to compare the numbers with those of a machine of their own. */
export async function machineFacts(programs: Programs, pinned: boolean): Promise<MachineFacts> {
  const [first] = cpus();
  const versions = await Promise.all(
    (['nginx', 'haproxy', 'wrk'] as const).map(async (name) => [name, await versionOf(programs[name])]),
  );
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}`,
    node: process.version,
    ...(Object.fromEntries(versions) as Record<string, string>),
    pinned: pinned ? 'subject on one core, everything else on the others' : 'no',
  };
}

async function versionOf(program: string | undefined): Promise<string> {
  if (program === undefined) return 'not there';
  const said = await run(program, ['-v']).catch((error: unknown) => error as Partial<SaidOutput>);
  const text = `${said.stdout ?? ''}${said.stderr ?? ''}`;
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? 'unknown';
}

interface SaidOutput {
  readonly stdout: string;
  readonly stderr: string;
}

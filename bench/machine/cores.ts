import { readFile } from 'node:fs/promises';

/** Where a process runs: the subject has a core of its own, everything else shares the others. */
export type Place = 'subject' | 'rest';

/** Cores by number; absent where there is no second one or no `taskset`, and nothing is pinned. */
export interface Cores {
  readonly taskset: string;
  readonly subject: readonly number[];
  readonly rest: readonly number[];
}

/** The first core that we may use for the subject, and all others for the rest. */
export async function findCores(taskset: string | undefined): Promise<Cores | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const [first, ...rest] = coreNumbers(/Cpus_allowed_list:\s*(\S+)/.exec(status)?.[1] ?? '');
  if (taskset === undefined || first === undefined || rest.length === 0) return undefined;
  return { taskset, subject: [first], rest };
}

/** A command line that runs in its place. */
export function inPlace(
  cores: Cores | undefined,
  place: Place,
  command: string,
  args: readonly string[],
): readonly [command: string, args: readonly string[]] {
  if (cores === undefined) return [command, args];
  return [cores.taskset, ['-c', cores[place].join(','), command, ...args]];
}

/** The numbers of a list such as `0-2,5`. */
function coreNumbers(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    return Number.isInteger(from) ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : [];
  });
}

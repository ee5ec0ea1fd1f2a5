import { availableParallelism } from 'node:os';

/** Where a process runs: the subject has a core of its own, everything else shares the others. */
export type Place = 'subject' | 'rest';

/** Cores as `taskset` names them; absent where there is no second core or no `taskset`, and nothing is pinned. */
export interface Cores {
  readonly taskset: string;
  readonly subject: string;
  readonly rest: string;
}

/** The first core for the subject and all others for the rest. */
export function coresOf(taskset: string | undefined): Cores | undefined {
  const count = availableParallelism();
  if (taskset === undefined || count < 2) return undefined;
  return { taskset, subject: '0', rest: count === 2 ? '1' : `1-${String(count - 1)}` };
}

/** A command line that runs in its place. */
export function inPlace(
  cores: Cores | undefined,
  place: Place,
  command: string,
  args: readonly string[],
): readonly [command: string, args: readonly string[]] {
  if (cores === undefined) return [command, args];
  return [cores.taskset, ['-c', cores[place], command, ...args]];
}

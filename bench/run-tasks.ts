import { MissingProgramError } from './stage/missing-program.ts';
import { Stage } from './stage/stage.ts';
import type { World } from './stage/world.ts';

/** One measurement, which may give several rows. */
export interface Task<Result> {
  /** By which it is told of while nothing is known of its result. */
  readonly name: string;
  run(stage: Stage): Promise<Result>;
}

/** What became of a task. */
export type TaskOutcome<Result> =
  | { readonly kind: 'measured'; readonly result: Result }
  | { readonly kind: 'skipped' | 'failed'; readonly reason: string };

/**
 * Runs tasks one after the other, or some at a time where no number is judged, and hands on what became of each as it
 * comes. Never rejects: one that fails is no reason to measure no other.
 */
export async function runTasks<Result>(
  world: World,
  tasks: readonly Task<Result>[],
  onOutcome: (task: Task<Result>, outcome: TaskOutcome<Result>) => void,
): Promise<void> {
  const waiting = [...tasks];
  const worker = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      onOutcome(task, await tryTask(world, task));
    }
  };
  await Promise.all(Array.from({ length: world.scale.atOnce }, worker));
}

async function tryTask<Result>(world: World, task: Task<Result>): Promise<TaskOutcome<Result>> {
  // A folder's path is part of a socket's, which may not be long.
  const [folder = ''] = task.name.split('+');
  for (let turn = 1; ; turn += 1) {
    const outcome = await runTask(world, task, `${folder}-${String(turn)}`);
    if (outcome.kind !== 'failed' || turn >= world.scale.tries) return outcome;
    console.log(`needed another try: ${task.name}: ${outcome.reason}`);
  }
}

async function runTask<Result>(
  world: World,
  task: Task<Result>,
  folder: string,
): Promise<TaskOutcome<Result>> {
  const stage = new Stage(world, folder);
  try {
    return { kind: 'measured', result: await task.run(stage) };
  } catch (error) {
    if (error instanceof MissingProgramError) return { kind: 'skipped', reason: error.message };
    return {
      kind: 'failed',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  } finally {
    await stage.end().catch((error: unknown) => {
      console.error('what a measurement left behind could not be cleared away', error);
    });
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { ProcessEnded } from './process.ts';

/** Longest wait for a condition, in milliseconds; generous, since a busy machine is no failure. */
const defaultDeadlineMs = 60_000;

/**
 * Asks again and again until `check` passes without throwing; rejects with its last error after `deadlineMs`, and at
 * once where a process has ended that should run.
 */
export async function eventually<Value>(
  what: string,
  check: () => Value | Promise<Value>,
  { deadlineMs = defaultDeadlineMs, everyMs = 50 }: { deadlineMs?: number; everyMs?: number } = {},
): Promise<Value> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (error instanceof ProcessEnded) throw error;
      if (performance.now() > end) {
        const last = error instanceof Error ? error.message : String(error);
        throw new Error(`not within ${String(deadlineMs)} ms: ${what}; last: ${last}`, { cause: error });
      }
    }
    await delay(everyMs);
  }
}

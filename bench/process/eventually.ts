import { setTimeout as delay } from 'node:timers/promises';
import { ProcessEndedError } from './process-ended.ts';

/** Asks again and again until `check` passes without throwing; rejects with its last error after 60 s, or where a process ended. */
export async function eventually<Value>(
  what: string,
  check: () => Value | Promise<Value>,
  everyMs = 20,
): Promise<Value> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (error instanceof ProcessEndedError) throw error;
      if (performance.now() > end) {
        const last = error instanceof Error ? error.message : String(error);
        throw new Error(`not within 60 s: ${what}; last: ${last}`, { cause: error });
      }
    }
    await delay(everyMs);
  }
}

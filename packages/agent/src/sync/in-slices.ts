import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Steps } from '@waystation/core';

/** After so long, in ms, everything else has its turn. */
const sliceMs = 2;

/** Does work a slice at a time, so that messages never wait for all of it, and gives what it came to. */
export async function inSlices<T>(steps: Steps<T>, clock: Pick<Clock, 'now'>): Promise<T> {
  for (;;) {
    const end = clock.now() + sliceMs;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (clock.now() < end);
    await nextTurn();
  }
}

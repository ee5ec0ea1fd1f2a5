import { setTimeout as delay } from 'node:timers/promises';
import type { Sender } from './sender.ts';
import type { Tally } from './tally.ts';

/**
 * Sends at a steady rate whatever the answers take. A send's time runs from the instant at which it was due, so that
 * what waits behind a slow one counts.
 */
export async function openLoop(
  sender: Sender,
  tally: Tally,
  { ratePerSecond, seconds }: { ratePerSecond: number; seconds: number },
): Promise<void> {
  const total = Math.round(ratePerSecond * seconds);
  const everyMs = 1000 / ratePerSecond;
  const begun = performance.now();
  const sends: Promise<void>[] = [];
  while (sends.length < total) {
    const due = begun + sends.length * everyMs;
    if (due > performance.now()) {
      await delay(1);
      continue;
    }
    const send = sender.send(tally.nextId()).catch(() => false);
    sends.push(
      send.then((accepted) => {
        tally.note(accepted, performance.now() - due);
      }),
    );
  }
  await Promise.all(sends);
}

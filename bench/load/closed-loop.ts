import type { Sender } from './sender.ts';
import type { Tally } from './tally.ts';

/** Sends for some seconds, `concurrency` at a time, each as soon as its predecessor was answered. */
export async function closedLoop(
  sender: Sender,
  tally: Tally,
  { concurrency, seconds }: { concurrency: number; seconds: number },
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const started = performance.now();
      const accepted = await sender.send(tally.nextId()).catch(() => false);
      tally.note(accepted, performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is true; throws, naming `what`, when `timeoutMs` (60,000) have gone by. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${String(timeoutMs)} ms in vain until ${what}`);
    await sleep(50);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { message } from '../load/message.ts';
import type { BenchProcess } from '../process/bench-process.ts';

/** Tries to send until one is accepted, and gives the instant at which that was answered. */
export async function firstSend(agent: BenchProcess, url: string): Promise<number> {
  const end = performance.now() + 60_000;
  for (let turn = 0; performance.now() < end; turn += 1) {
    agent.mustRun();
    const accepted = await request(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...message, outId: `first-${String(turn)}` }),
    }).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode === 200;
      },
      () => false,
    );
    if (accepted) return performance.now();
    await delay(2);
  }
  throw new Error(`the agent accepts no send:\n${agent.lastLines()}`);
}

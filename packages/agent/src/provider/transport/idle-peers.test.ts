import { seededRandom } from '@waystation/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { IdlePeer } from '../../testing/idle-peer.ts';
import { realClock } from '../../testing/send-fixture.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { HttpRequest } from './http-message.ts';

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const request: HttpRequest = {
  method: 'POST',
  path: '/?PhoneNumbers=13800138000',
  headers: { accept: '*/*' },
};

/** What became of the sends of a caller that comes back now and then. */
interface Story {
  readonly sends: number;
  /** Sends that came just when the peer closed the connection that was used last. */
  readonly crossings: number;
  /** Sends that were written and not answered: nobody could tell whether they arrived. */
  readonly lost: number;
  readonly answered: number;
}

/** Ages within which a closing and a request can cross on the wire, in ms. */
const wireMs = 40;

/**
 * Tells the story of 600 sends on a moved clock and real sockets: every second one comes at the very age at which
 * the peer closes, the others after 0–15 s.
 */
async function tell(closesAfterMs: (random: () => number) => number): Promise<Story> {
  const random = seededRandom(20_171_025);
  let ahead = 0;
  const clock = { now: () => realClock.now() + ahead, wallTime: () => realClock.wallTime() };
  const peer = await IdlePeer.start({ closesAfterMs: () => closesAfterMs(random), now: clock.now });
  const pool = new ConnectionPool(clock, peer.endpoint);
  endings.push(
    () => peer.stop(),
    () => {
      pool.close();
    },
  );
  const sends = 600;
  let crossings = 0;
  let lost = 0;
  for (let send = 0; send < sends; send += 1) {
    const crossesAt = send % 2 === 0 ? undefined : peer.closesNextAfterMs;
    if (crossesAt !== undefined) crossings += 1;
    ahead += crossesAt ?? random() * 15_000;
    peer.closeIdle(wireMs);
    // What has been closed for longer than the wire takes is known on both sides.
    await expect.poll(() => pool.open <= peer.open, { timeout: 20_000 }).toBe(true);
    const limits = { deadline: clock.now() + 20_000, connectMs: 20_000, readMs: 20_000 };
    const result = await pool.send(() => request, limits);
    if (!result.answered) {
      expect(result.failure).toMatchObject({ written: true });
      lost += 1;
    }
  }
  return { sends, crossings, lost, answered: peer.answered };
}

describe('ConnectionPool at a peer that closes idle connections', () => {
  it.each([
    // The first closing may be learnt by meeting it; from then on the pool keeps away, for the hour that this takes.
    { when: 'after 5 s', closesAfterMs: () => 5000, atMost: 1 },
    { when: 'after 10 s', closesAfterMs: () => 10_000, atMost: 1 },
    // Only a closing at less than half of the shortest age that was ever seen can still be met.
    {
      when: 'at random, after 0.2–12 s',
      closesAfterMs: (random: () => number) => 200 + random() * 11_800,
      atMost: 4,
    },
  ])('$when loses no more than what it learns by', async ({ closesAfterMs, atMost }) => {
    const { sends, crossings, lost, answered } = await tell(closesAfterMs);
    expect(crossings).toBeGreaterThan(250);
    expect(lost).toBeLessThanOrEqual(atMost);
    expect(answered).toBe(sends - lost);
  });

  it('holds no connection for each request after a restart that closed even the youngest', async () => {
    let ahead = 0;
    const clock = { now: () => realClock.now() + ahead, wallTime: () => realClock.wallTime() };
    const peer = await IdlePeer.start({ closesAfterMs: () => 600_000, now: clock.now });
    const pool = new ConnectionPool(clock, peer.endpoint);
    endings.push(
      () => peer.stop(),
      () => {
        pool.close();
      },
    );
    const send = () =>
      pool.send(() => request, { deadline: clock.now() + 20_000, connectMs: 20_000, readMs: 20_000 });
    await send();
    peer.closeIdle(-Infinity);
    await expect.poll(() => pool.open, { timeout: 20_000 }).toBe(0);
    for (let sends = 0; sends < 50; sends += 1) {
      // Longer than the closed one was idle on the busiest machine, and 50 of them within what others keep for.
      ahead += 190;
      expect(await send()).toMatchObject({ answered: true });
      expect(pool.open).toBeLessThanOrEqual(2);
    }
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelCallResult, SendChannel } from '../pool/send-channel.ts';
import { RecordsDesk } from './records-desk.ts';

const desks: RecordsDesk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.stop();
});

const none: ChannelCallResult = {
  answered: true,
  status: 200,
  body: '{"Code":"OK","TotalCount":0,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}',
};

/** A desk that lets one question be under way, with a clock that stands unless it is moved. */
function open() {
  const clock = { at: 0, now: () => clock.at, wallTime: () => clock.at };
  const waiting: (() => void)[] = [];
  const asked = {
    account: 'main',
    host: 'a:443',
    ask: () =>
      new Promise<ChannelCallResult>((resolve) => {
        waiting.push(() => {
          resolve(none);
        });
      }),
  };
  const channel = asked as unknown as SendChannel;
  const desk = new RecordsDesk(clock, {
    bounds: () => ({ perSecond: 50, maxConcurrent: 1 }),
    limits: () => ({ connectMs: 1000, readMs: 1000 }),
  });
  desks.push(desk);
  const ask = (number: string, until: number) => desk.ask({ channel, number, day: '20260101' }, until);
  return { clock, waiting, ask };
}

describe('a question that several wait for', () => {
  it('waits for its turn as long as the most patient of them', async () => {
    const { clock, waiting, ask } = open();
    const before = ask('+8613800138000', 10_000);
    await expect.poll(() => waiting.length).toBe(1);
    const hasty = ask('+8613900139000', 100);
    const patient = ask('+8613900139000', 5000);
    clock.at = 1000;
    waiting[0]?.();
    expect(await before).toMatchObject({ answered: true });
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.();
    expect(await patient).toMatchObject({ answered: true });
    expect(await hasty).toMatchObject({ answered: true });
  });

  it('is given up where that was not long enough', async () => {
    const { clock, waiting, ask } = open();
    void ask('+8613800138000', 10_000);
    await expect.poll(() => waiting.length).toBe(1);
    const hasty = ask('+8613900139000', 100);
    const hastier = ask('+8613900139000', 50);
    clock.at = 1000;
    waiting[0]?.();
    expect(await hasty).toMatchObject({ answered: false });
    expect(await hastier).toMatchObject({ answered: false });
    expect(waiting).toHaveLength(1);
  });
});

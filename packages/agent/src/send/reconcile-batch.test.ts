import type { Message, MessageSearchEnd } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { refusal } from '../testing/asked-channel.ts';
import { attemptOf, SearchFixture } from '../testing/search-fixture.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';

/** The provider takes it for no number, and answers no question about it. */
const invalid = { phoneNumber: '8612345678', e164: '+8612345678' } as const;
const refused = 'isv.MOBILE_NUMBER_ILLEGAL';
const size = 100;
const numbers = Array.from({ length: size }, (_, at) => `138${String(at).padStart(8, '0')}`);
/** Of a list the first, the middle and the last number are asked for. */
const asked = [0, 49, 99] as const;

let simulator: Simulator;
let sending: SendSide;
beforeEach(async () => {
  simulator = await startSimulator({ config: { regions: { a: {}, b: {} }, records: { appearAfterMs: 0 } } });
  sending = await openTestSending();
  const region = { provider: 'aliyun', regionId: 'cn-hangzhou', credential: 'main' } as const;
  const { a = '', b = '' } = simulator.regions;
  sending.apply(
    snapshotOf({
      schemaVersion: 1,
      channels: { a: { ...region, endpoint: a }, b: { ...region, endpoint: b } },
      routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['a', 'b'] } }],
      timeouts: { connectMs: 10_000, readMs: 30_000, totalMs: 30_000 },
      reconcile: { firstMs: 100, intervalMs: 300, settleMs: 600, budgetMs: 3000 },
    }),
  );
});
afterEach(async () => {
  await sending.stop(0);
  await simulator.stop();
});

/** A hundred numbers, each with its own code; the one at `wrong` is none. */
function batchOf(wrong?: number): Message {
  const texts = numbers.map((_, at) => ({ signName: '阿里云', templateParam: { code: String(4000 + at) } }));
  const phoneNumbers = numbers.map((number, at) => (at === wrong ? invalid.phoneNumber : number));
  const e164 = numbers.map((number, at) => (at === wrong ? invalid.e164 : `+86${number}`));
  return { ...messageTo('13800138000'), phoneNumbers, e164, ...texts[0], outId: 'batch', batch: { texts } };
}

const lost = { kind: 'reset', region: 'a', match: { action: 'SendBatchSms' }, count: 1 } as const;

describe('a batch of a hundred whose answer is lost', () => {
  it('is accepted where the provider has it', async () => {
    await simulator.setFault({ ...lost, accepted: true });
    const result = await sending.send(batchOf(), {});
    expect(result).toMatchObject({ kind: 'accepted', attempts: [{ channel: 'a', searched: 'found' }] });
    expect(simulator.texts()).toHaveLength(size);
  });

  it('and one of whose numbers is invalid is refused, once the provider provably has none of it', async () => {
    await simulator.setFault(lost);
    const result = await sending.send(batchOf(7), {});
    expect(result).toMatchObject({ kind: 'rejected', providerCode: refused });
    expect(result.attempts).toMatchObject([
      { channel: 'a', outcome: 'unknown', searched: 'absent' },
      { channel: 'b', outcome: 'rejected' },
    ]);
    expect(simulator.texts()).toEqual([]);
  });

  it.each(asked)(
    'stays unknown, and says why, where the invalid number is asked for: the one at %i',
    async (at) => {
      await simulator.setFault(lost);
      const result = await sending.send(batchOf(at), {});
      expect(result).toMatchObject({ kind: 'unknown', attempts: [{ channel: 'a', outcome: 'unknown' }] });
      expect('reason' in result && result.reason).toContain(refused);
      expect(JSON.stringify(result)).not.toContain(invalid.phoneNumber);
      expect(simulator.texts()).toEqual([]);
    },
  );
});

describe('a search for a batch of which all but one number got its text', () => {
  it.each([7, ...asked])('finds it, where that is the one at %i', async (wrong) => {
    const fixture = new SearchFixture();
    const { e164 } = batchOf(wrong);
    const attempt = attemptOf('batch', '', { e164 });
    for (const [at, number] of e164.entries()) if (at !== wrong) fixture.one.take(number, 'batch');
    const ask = fixture.one.ask.bind(fixture.one);
    const refuse = refusal(refused);
    let refusals = 0;
    fixture.one.ask = (call) => {
      if (call.parameters['PhoneNumber'] !== invalid.phoneNumber) return ask(call);
      refusals += 1;
      return refuse();
    };
    const ends: MessageSearchEnd[] = [];
    fixture.search(attempt, ends, [fixture.one]);
    await expect.poll(() => ends, { timeout: 15_000 }).toMatchObject([{ kind: 'found' }]);
    // Where the first number is the invalid one, one of the others is what it was found by.
    expect(wrong !== 0 || refusals > 0).toBe(true);
  });
});

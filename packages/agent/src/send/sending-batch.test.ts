import type { Message, StrategyInput } from '@waystation/core';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SendSide } from '../status/send-side.ts';
import { messageTo, openTestSending, snapshotOf } from '../testing/send-fixture.ts';

let simulator: Simulator;
let sending: SendSide | undefined;

beforeEach(async () => {
  simulator = await startSimulator({
    config: {
      regions: { a: {}, b: {} },
      accounts: {
        main: {
          keys: [{ accessKeyId: 'LTAISimulatorMain', accessKeySecret: 'simulator-secret-of-main' }],
          signs: [{ name: '阿里云' }, { name: '驿站' }],
          templates: {
            SMS_154950909: { content: '您的验证码是：${code}，请在5分钟内输入。', kind: 'notice' },
          },
        },
      },
    },
  });
});
afterEach(async () => {
  await sending?.stop(0);
  sending = undefined;
  await simulator.stop();
});

async function open(): Promise<SendSide> {
  const region = (name: string) => ({
    provider: 'aliyun' as const,
    regionId: 'cn-hangzhou',
    endpoint: simulator.regions[name],
    credential: 'main',
  });
  const document: StrategyInput = {
    schemaVersion: 1,
    channels: { a: region('a'), b: region('b') },
    routes: [
      { name: 'all', policy: { kind: 'primary-backup', order: ['a', 'b'] }, onUnknownOutcome: 'fail' },
    ],
    timeouts: { connectMs: 10_000, readMs: 10_000, totalMs: 30_000 },
  };
  sending = await openTestSending();
  sending.apply(snapshotOf(document));
  return sending;
}

/** A hundred numbers, each with its own code; `padding` makes the request as long as wanted. */
function batchOf(count: number, padding = ''): Message {
  const numbers = Array.from({ length: count }, (_, at) => `138${String(at).padStart(8, '0')}`);
  const texts = numbers.map((_, at) => ({
    signName: at % 2 === 0 ? '阿里云' : '驿站',
    templateParam: { code: `${String(at)}${padding}` },
  }));
  const first = messageTo(numbers[0] ?? '');
  const e164 = numbers.map((number) => `+86${number}`);
  return { ...first, phoneNumbers: numbers, e164, ...texts[0], outId: 'batch', batch: { texts } };
}

it.each([
  ['in the query', ''],
  ['in the body', '长'.repeat(30)],
])('a batch of a hundred is one request with its parameters %s', async (_where, padding) => {
  const agent = await open();
  expect(await agent.send(batchOf(100, padding), {})).toMatchObject({ kind: 'accepted', channel: 'a' });
  const texts = simulator.texts();
  expect(texts.map(({ phoneNumber, signName, content }) => [phoneNumber, signName, content])).toEqual(
    batchOf(100, padding).batch?.texts.map(({ signName, templateParam }, at) => [
      `+86138${String(at).padStart(8, '0')}`,
      signName,
      `【${signName}】您的验证码是：${templateParam?.['code'] ?? ''}，请在5分钟内输入。`,
    ]),
  );
  expect(new Set(texts.map(({ requestId }) => requestId)).size).toBe(1);
});

it('a batch goes by the next channel as a whole, and one sign that is missing keeps all of it back', async () => {
  const agent = await open();
  await simulator.setFault({ kind: 'refuse', region: 'a' });
  expect(await agent.send(batchOf(3), {})).toMatchObject({ kind: 'accepted', channel: 'b' });
  expect(simulator.texts()).toHaveLength(3);
  await simulator.clearFaults();
  const batch = batchOf(3);
  const texts = (batch.batch?.texts ?? []).map((text, at) => (at === 2 ? { ...text, signName: '无' } : text));
  const refused = await agent.send({ ...batch, batch: { texts } }, {});
  expect(refused).toMatchObject({ kind: 'rejected', providerCode: 'isv.SMS_SIGNATURE_ILLEGAL' });
  expect(simulator.texts()).toHaveLength(3);
  // Whose sign is missing was not told, so none of the others is blocked.
  expect(agent.blocks).toEqual([]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../model/message.ts';
import type { Override } from '../model/override.ts';
import { strategySchema } from '../model/strategy.ts';
import type { StrategyInput } from '../model/strategy.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { buildPicker } from './build-picker.ts';
import { buildCoverage, demandOf } from './coverage.ts';
import { takeOrder } from './order.ts';

type Channels = StrategyInput['channels'];
type Policy = StrategyInput['routes'][number]['policy'];

const aliyun = { provider: 'aliyun', regionId: 'cn-hangzhou' } as const;
const http: Extract<Channels[string], { provider: 'http' }> = {
  provider: 'http',
  endpoint: 'https://sms.example.com/send',
  contents: { SMS_1: '您的验证码是：${code}' },
  request: { fields: { mobile: '${phone.national}' } },
  answer: { code: '/code', accepted: ['0'] },
};

function pickWith(
  channels: Channels,
  policy: Policy,
  overrides: Readonly<Record<string, Override['kind']>> = {},
  changes: Partial<Message> = {},
) {
  const strategy = strategySchema.parse({
    schemaVersion: 1,
    channels,
    routes: [{ name: 'default', policy }],
  });
  const picker = buildPicker({
    revision: 7,
    digest: 'd',
    strategy,
    overrides: new Map(Object.entries(overrides).map(([channel, kind]) => [channel, { kind }])),
  });
  const message = {
    phoneNumbers: ['13800138000'],
    e164: ['+8613800138000'],
    signName: '驿站',
    templateCode: 'SMS_1',
    ...changes,
  };
  const pick = picker.pick(message, seededRandom(1));
  return pick.picked ? takeOrder(pick.channels) : pick.reason;
}

const three: Channels = { a: aliyun, b: aliyun, c: aliyun };
const order: Policy = { kind: 'primary-backup', order: ['b', 'a', 'c'] };
const twoNumbers = { e164: ['+8613800138000', '+8613900139000'] };
const batchOf = (...codes: string[]): Partial<Message> => ({
  ...twoNumbers,
  batch: { texts: codes.map((code) => ({ signName: '驿站', templateParam: { code } })) },
});

describe('buildPicker', () => {
  it.each<[string, () => ReturnType<typeof pickWith>, string[]]>([
    ['keeps the order of primary and backups', () => pickWith(three, order), ['b', 'a', 'c']],
    ['never uses a drained channel', () => pickWith(three, order, { b: 'drain' }), ['a', 'c']],
    ['uses a pinned channel alone', () => pickWith(three, order, { c: 'pin' }), ['c']],
    [
      'uses several pinned channels in the order of the policy',
      () => pickWith(three, order, { c: 'pin', a: 'pin' }),
      ['a', 'c'],
    ],
    [
      'passes by a pin on a channel that the route does not name',
      () => pickWith({ ...three, d: aliyun }, order, { d: 'pin' }),
      ['b', 'a', 'c'],
    ],
    [
      'leaves out a channel that does not cover the template',
      () => pickWith({ ...three, b: { ...aliyun, covers: { templateCodes: ['SMS_2'] } } }, order),
      ['a', 'c'],
    ],
    [
      'leaves out a channel that does not cover a country',
      () => pickWith({ ...three, b: { ...aliyun, covers: { countryCodes: ['1', '852'] } } }, order),
      ['a', 'c'],
    ],
    [
      'leaves out a gateway without the template’s text',
      () => pickWith({ ...three, b: { ...http, contents: { SMS_2: 'x' } } }, order),
      ['a', 'c'],
    ],
    ['keeps a gateway that has the text', () => pickWith({ ...three, b: http }, order), ['b', 'a', 'c']],
    [
      'leaves a gateway out of a message to two numbers',
      () => pickWith({ ...three, b: http }, order, {}, twoNumbers),
      ['a', 'c'],
    ],
    [
      'lets a gateway say that it takes two numbers',
      () => pickWith({ ...three, b: { ...http, maxNumbers: 2 } }, order, {}, twoNumbers),
      ['b', 'a', 'c'],
    ],
    [
      'leaves a gateway out of a batch of different texts, whatever it takes',
      () => pickWith({ ...three, b: { ...http, maxNumbers: 2 } }, order, {}, batchOf('1', '2')),
      ['a', 'c'],
    ],
    [
      'keeps a gateway for a batch of one text for all',
      () => pickWith({ ...three, b: { ...http, maxNumbers: 2 } }, order, {}, batchOf('1', '1')),
      ['b', 'a', 'c'],
    ],
    [
      'puts a channel without weight last',
      () => pickWith(three, { kind: 'weighted-random', weights: { a: 0, b: 1, c: 0 } }),
      ['b', 'a', 'c'],
    ],
    [
      'uses a channel without weight when nothing else is left',
      () => pickWith(three, { kind: 'weighted-random', weights: { a: 0, b: 1 } }, { b: 'drain' }),
      ['a'],
    ],
  ])('%s', (_, pick, expected) => {
    expect(pick()).toEqual(expected);
  });

  it('orders all channels of lowest-latency', () => {
    const picked = pickWith(three, { kind: 'lowest-latency', channels: ['a', 'b', 'c'] });
    expect(Array.isArray(picked) ? picked.toSorted() : picked).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, () => ReturnType<typeof pickWith>, string]>([
    [
      'all are drained',
      () => pickWith(three, order, { a: 'drain', b: 'drain', c: 'drain' }),
      'route default has no channel for the message; drained: b, a, c',
    ],
    [
      'a pinned channel cannot take the message',
      () =>
        pickWith({ ...three, c: { ...aliyun, covers: { templateCodes: ['SMS_2'] } } }, order, { c: 'pin' }),
      'route default is pinned to c, which cannot take the message; template SMS_1 not covered: c',
    ],
    [
      'each has its own reason',
      () =>
        pickWith(
          {
            a: http,
            b: { ...aliyun, covers: { countryCodes: ['1'] } },
            c: { ...aliyun, covers: { templateCodes: ['X'] } },
          },
          order,
          {},
          twoNumbers,
        ),
      'route default has no channel for the message; template SMS_1 not covered: c; country of a number not covered: b; 2 numbers are too many for one request: a',
    ],
  ])('says why when %s', (_, pick, expected) => {
    expect(pick()).toBe(expected);
  });

  it('asks one channel of a thousand for an ordinary pick', () => {
    const names = Array.from({ length: 1000 }, (_, n) => `c${String(n)}`);
    const strategy = strategySchema.parse({
      schemaVersion: 1,
      channels: Object.fromEntries(names.map((name) => [name, aliyun])),
      routes: [
        {
          name: 'r',
          policy: { kind: 'weighted-random', weights: Object.fromEntries(names.map((n) => [n, 1])) },
        },
      ],
    });
    const picker = buildPicker({ revision: 1, digest: 'd', strategy, overrides: new Map() });
    let throws = 0;
    const dice = seededRandom(1);
    const message = { phoneNumbers: [], e164: ['+8613800138000'], signName: 's', templateCode: 't' };
    for (let n = 0; n < 100; n += 1) {
      picker.pick(message, () => {
        throws += 1;
        return dice();
      });
    }
    expect(throws).toBe(100);
  });
});

it('picks what each channel’s own coverage says, in routes of open and of particular channels', () => {
  const listOf = (...names: string[]) => fc.constantFrom(...names).map((name) => [name]);
  const covers = fc.record(
    { templateCodes: listOf('SMS_1', 'SMS_2'), countryCodes: listOf('86', '1') },
    { requiredKeys: [] },
  );
  const channel: fc.Arbitrary<Channels[string]> = fc.oneof(
    fc.constant(aliyun),
    fc.record({ maxNumbers: fc.constantFrom(1, 2) }).map((more) => ({ ...aliyun, ...more })),
    covers.map((some) => ({ ...aliyun, covers: some })),
    fc.constant(http),
  );
  const message = fc.record({
    numbers: fc.constantFrom(['+8613800138000'], ['+8613800138000', '+8613900139000'], ['+12025550100']),
    templateCode: fc.constantFrom('SMS_1', 'SMS_2'),
    mixed: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(channel, { minLength: 1, maxLength: 4 }),
      message,
      (given, { numbers, ...asked }) => {
        const channels = Object.fromEntries(given.map((one, at) => [`c${String(at)}`, one]));
        const names = Object.keys(channels);
        const texts = numbers.map((_, at) => ({ signName: '驿站', templateParam: { code: String(at) } }));
        const changes: Partial<Message> = {
          e164: numbers,
          templateCode: asked.templateCode,
          ...(asked.mixed && { batch: { texts } }),
        };
        const policy: Policy = { kind: 'primary-backup', order: names };
        const { channels: parsed } = strategySchema.parse({
          schemaVersion: 1,
          channels,
          routes: [{ name: 'default', policy }],
        });
        const demand = demandOf({ ...changes, phoneNumbers: numbers, signName: '驿站' } as Message);
        const covering = names.filter((name) => {
          const known = parsed[name];
          return known !== undefined && buildCoverage(known)(demand) === undefined;
        });
        const picked = pickWith(channels, policy, {}, changes);
        if (covering.length === 0) expect(typeof picked).toBe('string');
        else expect(picked).toEqual(covering);
      },
    ),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../model/message.ts';
import { strategyShape } from '../model/strategy-shape.ts';
import type { StrategyInput } from '../model/strategy.ts';
import { buildRouteMatcher, matchRoute } from './match-route.ts';

type MatchInput = NonNullable<StrategyInput['routes'][number]['match']>;

function strategyOf(matches: readonly (MatchInput | undefined)[]) {
  return strategyShape.parse({
    schemaVersion: 1,
    channels: { a: { provider: 'aliyun', regionId: 'cn-hangzhou' } },
    routes: matches.map((match, index) => ({
      name: `r${String(index)}`,
      ...(match === undefined ? {} : { match }),
      policy: { kind: 'primary-backup', order: ['a'] },
    })),
  });
}

function messageOf(changes: Partial<Message> = {}): Message {
  return {
    phoneNumbers: ['13800138000'],
    e164: ['+8613800138000'],
    signName: '驿站',
    templateCode: 'SMS_1',
    ...changes,
  };
}

const nameOf = (match: ReturnType<typeof matchRoute>) => (match.matched ? match.route.name : match.reason);

describe('matchRoute', () => {
  it.each<[string, (MatchInput | undefined)[], Partial<Message>, string]>([
    ['takes the first of several that match', [{ templateCodes: ['SMS_1'] }, undefined], {}, 'r0'],
    ['passes over another template', [{ templateCodes: ['SMS_2'] }, undefined], {}, 'r1'],
    ['passes over another sign', [{ signNames: ['别'] }, undefined], {}, 'r1'],
    [
      'wants every sign of a batch',
      [{ signNames: ['驿站'] }, { signNames: ['驿站', '别'] }],
      { batch: { texts: [{ signName: '驿站' }, { signName: '别' }] } },
      'r1',
    ],
    ['wants all that is given', [{ templateCodes: ['SMS_1'], signNames: ['别'] }, undefined], {}, 'r1'],
    ['takes a catch-all before a later template', [undefined, { templateCodes: ['SMS_1'] }], {}, 'r0'],
    ['matches a country by its code', [{ countryCodes: ['86'] }, undefined], {}, 'r0'],
    ['matches one of several codes', [{ countryCodes: ['1', '86'] }, undefined], {}, 'r0'],
    [
      'wants every number to match',
      [{ countryCodes: ['86'] }, undefined],
      { e164: ['+8613800138000', '+85251234567'] },
      'r1',
    ],
    [
      'lets each number match another code',
      [{ countryCodes: ['852', '86'] }, undefined],
      { e164: ['+8613800138000', '+85251234567'] },
      'r0',
    ],
    ['does not take 852 for 85', [{ countryCodes: ['853'] }, undefined], { e164: ['+85251234567'] }, 'r1'],
  ])('%s', (_, matches, changes, expected) => {
    expect(nameOf(matchRoute(strategyOf(matches), messageOf(changes)))).toBe(expected);
  });

  it('takes a route by its name, whatever that matches', () => {
    const strategy = strategyOf([{ templateCodes: ['SMS_2'] }, undefined]);
    expect(nameOf(matchRoute(strategy, messageOf(), 'r0'))).toBe('r0');
    expect(matchRoute(strategy, messageOf(), 'nope')).toEqual({
      matched: false,
      reason: 'route: there is no route of this name (4 characters); there are r0, r1',
    });
    const many = strategyOf(Array.from({ length: 12 }, () => undefined));
    expect(matchRoute(many, messageOf(), 'nope')).toMatchObject({
      reason: expect.stringMatching(/; there are r0, .*, r9 and 2 more$/) as string,
    });
  });

  it('says so when nothing matches', () => {
    expect(matchRoute(strategyOf([{ templateCodes: ['SMS_2'] }]), messageOf())).toEqual({
      matched: false,
      reason: 'no route matches this template with these numbers and this sign',
    });
  });

  it('finds what a walk over all routes finds', () => {
    const some = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
    const match = fc.record(
      {
        templateCodes: some(['t1', 't2', 't3']),
        signNames: some(['s1', 's2']),
        countryCodes: some(['86', '852', '1']),
      },
      { requiredKeys: [] },
    );
    const message = fc.record({
      templateCode: fc.constantFrom('t1', 't2', 't3', 't4'),
      signName: fc.constantFrom('s1', 's2', 's3'),
      e164: fc.array(fc.constantFrom('+8613800138000', '+85251234567', '+12025550123', '+4915112345678'), {
        minLength: 1,
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(fc.array(match, { minLength: 1, maxLength: 8 }), message, (matches, changes) => {
        const strategy = strategyOf(matches);
        const slow = strategy.routes.find(
          ({ match: wanted = {} }) =>
            (wanted.templateCodes?.includes(changes.templateCode) ?? true) &&
            (wanted.signNames?.includes(changes.signName) ?? true) &&
            (wanted.countryCodes === undefined ||
              changes.e164.every((number) =>
                wanted.countryCodes?.some((code) => number.startsWith(`+${code}`)),
              )),
        );
        const fast = buildRouteMatcher(strategy).match(messageOf(changes));
        expect(fast.matched ? fast.route : undefined).toBe(slow);
      }),
    );
  });
});

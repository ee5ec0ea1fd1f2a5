import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StrategyInput } from '../model/strategy.ts';
import { strategyArbitrary } from '../testing/arbitraries.ts';
import { canonicalJson, canonicalPieces } from './canonical-json.ts';
import { diffStrategies } from './diff-strategies.ts';

const before: StrategyInput = {
  schemaVersion: 1,
  channels: {
    a: { provider: 'aliyun', regionId: 'cn-hangzhou' },
    b: { provider: 'aliyun', regionId: 'cn-beijing' },
  },
  routes: [
    {
      name: 'otp',
      match: { templateCodes: ['SMS_1'] },
      policy: { kind: 'primary-backup', order: ['a', 'b'] },
    },
    { name: 'default', policy: { kind: 'weighted-random', weights: { a: 70, b: 30 } } },
  ],
};

describe('the difference of two strategies', () => {
  it('is empty for equal ones, in whatever order their keys stand', () => {
    const none = { added: [], removed: [], changed: [] };
    const { routes, channels, schemaVersion } = before;
    expect(diffStrategies(before, { routes, channels, schemaVersion })).toEqual({
      changes: [],
      channels: none,
      routes: { ...none, reordered: false },
    });
  });

  it('names what was added, removed and changed, with values', () => {
    const after: StrategyInput = {
      ...before,
      channels: {
        a: { provider: 'aliyun', regionId: 'cn-hangzhou', account: 'x' },
        c: { provider: 'aliyun', regionId: 'us-east-1' },
      },
      routes: [
        {
          name: 'otp',
          match: { templateCodes: ['SMS_1'] },
          policy: { kind: 'primary-backup', order: ['c', 'a'] },
        },
        { name: 'default', policy: { kind: 'weighted-random', weights: { a: 10 } } },
      ],
      race: { delayMs: 100 },
    };
    const diff = diffStrategies(before, after);
    expect(diff.changes).toEqual([
      { kind: 'added', path: 'channels.a.account', after: 'x' },
      { kind: 'added', path: 'channels.c', after: { provider: 'aliyun', regionId: 'us-east-1' } },
      { kind: 'removed', path: 'channels.b', before: { provider: 'aliyun', regionId: 'cn-beijing' } },
      { kind: 'changed', path: 'routes.otp.policy.order', before: ['a', 'b'], after: ['c', 'a'] },
      { kind: 'changed', path: 'routes.default.policy.weights.a', before: 70, after: 10 },
      { kind: 'removed', path: 'routes.default.policy.weights.b', before: 30 },
      { kind: 'added', path: 'race', after: { delayMs: 100 } },
    ]);
    expect(diff.channels).toEqual({ added: ['c'], removed: ['b'], changed: ['a'] });
    expect(diff.routes).toEqual({ added: [], removed: [], changed: ['otp', 'default'], reordered: false });
  });

  it('sees routes in another order, since the first match wins', () => {
    const diff = diffStrategies(before, { ...before, routes: before.routes.toReversed() });
    expect(diff.routes.reordered).toBe(true);
    expect(diff.changes).toEqual([
      { kind: 'changed', path: 'routes', before: ['otp', 'default'], after: ['default', 'otp'] },
    ]);
  });

  it('is empty exactly where the canonical texts are equal', () => {
    fc.assert(
      fc.property(strategyArbitrary, strategyArbitrary, (one, other) => {
        const equal = canonicalJson(one) === canonicalJson(other);
        expect(diffStrategies(one, other).changes.length === 0).toBe(equal);
        expect(diffStrategies(one, structuredClone(one)).changes).toEqual([]);
      }),
    );
  });
});

describe('canonical JSON', () => {
  it('sorts keys at every depth and leaves lists as they are', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined, a: 2 }], a: 'x' })).toBe(
      '{"a":"x","b":[{"a":2,"d":1}]}',
    );
  });

  it('says the same value again, and the same text for any order of keys', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, turned(item)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
        for (const depth of [0, 1, 2, 5])
          expect([...canonicalPieces(value, depth)].join('')).toBe(canonicalJson(value));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { StrategyInput } from '../model/strategy.ts';
import { setPolicy, setPrimary, setWeights } from './edit-strategy.ts';
import type { StrategyEditResult } from './edit-strategy.ts';

const document: StrategyInput = {
  schemaVersion: 1,
  channels: {
    hz: { provider: 'aliyun', regionId: 'cn-hangzhou' },
    sg: { provider: 'aliyun', regionId: 'ap-southeast-1' },
    us: { provider: 'aliyun', regionId: 'us-east-1' },
  },
  routes: [
    {
      name: 'otp',
      match: { templateCodes: ['SMS_1'] },
      policy: { kind: 'primary-backup', order: ['hz', 'sg'] },
    },
    { name: 'default', policy: { kind: 'weighted-random', weights: { hz: 70, sg: 30 } } },
  ],
};
const untouched = structuredClone(document);

function policyOf(result: StrategyEditResult, name: string): unknown {
  return result.ok ? result.document.routes.find((route) => route.name === name)?.policy : result.issues;
}

function complaint(result: StrategyEditResult): string {
  return result.ok ? '' : result.issues.map(({ message }) => message).join('; ');
}

describe('an edit', () => {
  it('replaces the weights of a route, and nothing else', () => {
    const result = setWeights(document, 'default', { us: 1, sg: 99 });
    expect(policyOf(result, 'default')).toEqual({ kind: 'weighted-random', weights: { us: 1, sg: 99 } });
    expect(policyOf(result, 'otp')).toEqual(document.routes[0]?.policy);
    expect(document).toEqual(untouched);
  });

  it.each([
    ['sg', ['sg', 'hz']],
    ['hz', ['hz', 'sg']],
    ['us', ['us', 'hz', 'sg']],
  ])('puts %s first', (channel, order) => {
    expect(policyOf(setPrimary(document, 'otp', channel), 'otp')).toEqual({ kind: 'primary-backup', order });
  });

  it('gives a route another policy', () => {
    const policy = { kind: 'lowest-latency' as const, channels: ['hz', 'us'] };
    expect(policyOf(setPolicy(document, 'default', policy), 'default')).toEqual(policy);
  });

  it('keeps the document free of defaults, and hands out the strategy with them', () => {
    const result = setPrimary(document, 'otp', 'sg');
    expect(result.ok && result.document).not.toHaveProperty('timeouts');
    expect(result.ok && result.strategy.timeouts.connectMs).toBe(3000);
  });

  it.each<[string, StrategyEditResult, string]>([
    [
      'an unknown route',
      setWeights(document, 'defualt', { hz: 1 }),
      'there is no route "defualt"; did you mean default?',
    ],
    ['a route unlike all', setPrimary(document, 'x', 'hz'), 'there is no route "x"; there are otp, default'],
    [
      'an unknown channel',
      setPrimary(document, 'otp', 'zebra'),
      'routes.otp.policy.order[0] names the channel "zebra", which does not exist; there are hz, sg, us',
    ],
    [
      'a negative weight',
      setWeights(document, 'default', { hz: -5 }),
      'routes.default.policy.weights.hz must be 0–1000, got -5',
    ],
    [
      'no weight',
      setWeights(document, 'default', {}),
      'routes.default.policy.weights must name at least one channel',
    ],
    [
      'weights for a route without',
      setWeights(document, 'otp', { hz: 1 }),
      'routes.otp.policy.kind must be weighted-random for this edit, got primary-backup',
    ],
    [
      'a primary for a route of equals',
      setPrimary(document, 'default', 'hz'),
      'routes.default.policy.kind must be primary-backup for this edit, got weighted-random',
    ],
  ])('refuses %s', (_, result, message) => {
    expect(result.ok).toBe(false);
    expect(complaint(result)).toContain(message);
  });
});

import type { StrategyInput } from '@waystation/core';
import type { Simulator } from '@waystation/simulator';

/** What a strategy may say of its channels. */
export type Channels = StrategyInput['channels'];
/** What a strategy may say of a route. */
export type RouteInput = Partial<StrategyInput['routes'][number]>;

/** Two regions of one account, `a` before `b`, at simulated endpoints. */
export function twoRegions(
  regions: Simulator['regions'],
  route: RouteInput = {},
  changes: Partial<StrategyInput> = {},
): StrategyInput {
  const channels: Channels = {
    a: { provider: 'aliyun', regionId: 'cn-hangzhou', endpoint: regions['a'], credential: 'main' },
    b: { provider: 'aliyun', regionId: 'cn-beijing', endpoint: regions['b'], credential: 'main' },
  };
  return {
    schemaVersion: 1,
    channels,
    routes: [
      {
        name: 'default',
        policy: { kind: 'primary-backup', order: ['a', 'b'] },
        onUnknownOutcome: 'fail',
        ...route,
      },
    ],
    timeouts: { connectMs: 10_000, readMs: 10_000, totalMs: 30_000 },
    ...changes,
  };
}

import type { StrategyInput } from '@waystation/core';
import type { History } from './history.ts';
import { accountName, channelName, hostName } from './history.ts';

type PolicyInput = StrategyInput['routes'][number]['policy'];

/** The strategy that a history's agent follows. */
export function strategyOf(history: History): StrategyInput {
  const { channels, policy, onUnknownOutcome, afterReconcile, afterInconclusive, timeouts } = history;
  const names = channels.map((_, at) => channelName(at));
  return {
    schemaVersion: 1,
    channels: Object.fromEntries(
      channels.map(({ host, account }, at) => [
        channelName(at),
        {
          provider: 'aliyun',
          regionId: 'cn-hangzhou',
          endpoint: `http://${hostName(host)}`,
          credential: accountName(account),
        },
      ]),
    ),
    routes: [
      {
        name: 'all',
        policy: policyOf(policy, names),
        ...{ onUnknownOutcome, afterReconcile, afterInconclusive },
      },
    ],
    timeouts,
  };
}

function policyOf(kind: History['policy'], names: readonly string[]): PolicyInput {
  switch (kind) {
    case 'primary-backup':
      return { kind, order: [...names] };
    case 'lowest-latency':
      return { kind, channels: [...names] };
    case 'weighted-random':
      return { kind, weights: Object.fromEntries(names.map((name, at) => [name, 1 + at])) };
  }
}

import type { Policy, Strategy } from '@waystation/core';

/** Every channel that a policy may choose, in its own order. */
function policyChannels(policy: Policy): readonly string[] {
  switch (policy.kind) {
    case 'primary-backup':
      return policy.order;
    case 'weighted-random':
      return Object.keys(policy.weights);
    case 'lowest-latency':
      return policy.channels;
  }
}

/** Names of the routes that have no channel left once all of `drained` are out. */
export function routesWithoutChannel(strategy: Strategy, drained: ReadonlySet<string>): readonly string[] {
  return strategy.routes
    .filter((route) => policyChannels(route.policy).every((channel) => drained.has(channel)))
    .map((route) => route.name);
}

/** The channels that stand beside `channel` in any route, itself included. */
export function neighbours(strategy: Strategy, channel: string): readonly string[] {
  const found = new Set([channel]);
  for (const route of strategy.routes) {
    const channels = policyChannels(route.policy);
    if (channels.includes(channel)) for (const name of channels) found.add(name);
  }
  return [...found];
}

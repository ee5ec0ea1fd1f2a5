import type { StrategyInput } from '@waystation/core';
import type { History, Limits } from './history.ts';
import { accountName, channelName, forbiddenChannel, hostName } from './history.ts';

type PolicyInput = StrategyInput['routes'][number]['policy'];

/** The strategy that a history's agent follows. */
export function strategyOf(history: History): StrategyInput {
  const { channels, onUnknownOutcome, afterReconcile, afterInconclusive, timeouts } = history;
  const names = channels.map((_, at) => channelName(at));
  const rules = { onUnknownOutcome, afterReconcile, afterInconclusive };
  const fallsBack = history.limits.route?.over.kind === 'fallback';
  return {
    schemaVersion: 1,
    channels: Object.fromEntries([
      ...channels.map((place, at) => [channelName(at), channelAt(place)] as const),
      ...(fallsBack ? [[forbiddenChannel, channelAt({ host: 0, account: 0 })] as const] : []),
    ]),
    routes: routesOf(history, names).map((route) => ({ ...route, ...rules })),
    timeouts,
    limits: limitsOf(history.limits, names),
  };
}

/** Every route could take every message, each for another reason: the first one does, unless a limit says otherwise. */
function routesOf({ limits, policy }: History, names: readonly string[]) {
  const all = policyOf(policy, names);
  if (limits.route?.over.kind !== 'fallback') return [{ name: routeNames.all, policy: all }];
  return [
    { name: routeNames.all, match: { signNames: ['sign'] }, policy: all },
    {
      name: routeNames.fallback,
      match: { templateCodes: ['SMS_1'] },
      policy: policyOf(policy, names.toReversed()),
    },
    { name: routeNames.never, policy: policyOf(policy, [forbiddenChannel]) },
  ];
}

/** The route that takes everything, where it sends what is over its limit, and where that would send it. */
export const routeNames = { all: 'all', fallback: 'fallback', never: 'never' } as const;

function channelAt({ host, account }: History['channels'][number]) {
  return {
    provider: 'aliyun',
    regionId: 'cn-hangzhou',
    endpoint: `http://${hostName(host)}`,
    credential: accountName(account),
  } as const;
}

function limitsOf({ route, channels, numbers }: Limits, names: readonly string[]): StrategyInput['limits'] {
  return {
    routes: routeLimits(route),
    channels: Object.fromEntries(
      names.map((name, at) => {
        const { rate, maxInFlight } = channels[at] ?? {};
        return [name, { ...rate, ...(maxInFlight !== undefined && { maxInFlight }) }];
      }),
    ),
    ...(numbers && { numbers: { kind: 'windows', windows: [numbers] } }),
  };
}

function routeLimits(route: Limits['route']): NonNullable<StrategyInput['limits']>['routes'] {
  if (route === undefined) return {};
  const { over, ...rate } = route;
  if (over.kind !== 'fallback') return { [routeNames.all]: { ...rate, over } };
  return {
    [routeNames.all]: { ...rate, over: { kind: 'fallback', route: routeNames.fallback } },
    [routeNames.fallback]: { ...over.rate, over: { kind: 'fallback', route: routeNames.never } },
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

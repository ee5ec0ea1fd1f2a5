import type { Channel } from '../model/channel.ts';
import type { Route } from '../model/route.ts';
import type { Strategy } from '../model/strategy.ts';
import { coversTemplate } from '../routing/coverage.ts';
import { eachInSteps } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { channelEndpoint } from './channel-endpoint.ts';
import { renderPath } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import { policyChannels } from './policy-channels.ts';
import type { StrategyWarning, StrategyWarningCode } from './strategy-issue.ts';

/** A channel of a route, with where the route names it. */
interface Member {
  readonly name: string;
  readonly at: DocumentPath;
  readonly channel: Channel;
  readonly host: string;
}

/** What a valid strategy's author should know of it before it counts. */
export function* strategyWarnings({ channels, routes }: Strategy): Steps<StrategyWarning[]> {
  const hosts = yield* eachInSteps(
    Object.entries(channels),
    ([name, channel]) => [name, channelEndpoint(channel).host] as const,
  );
  const hostOf = new Map(hosts);
  const found = yield* eachInSteps(routes, (route) => {
    const members = policyChannels(route.policy).flatMap(({ name, at }) => {
      const channel = channels[name];
      const host = hostOf.get(name);
      if (channel === undefined || host === undefined) return [];
      return [{ name, at: ['routes', route.name, 'policy', ...at], channel, host }];
    });
    return [
      ...sharedHost(route, members),
      ...uncovered(route, members, 'template'),
      ...uncovered(route, members, 'country'),
      ...zeroWeights(route),
    ];
  });
  return found.flat();
}

/** A backup that fails with its primary is none. */
function sharedHost(route: Route, members: readonly Member[]): StrategyWarning[] {
  const [primary, ...backups] = members;
  if (primary === undefined || backups.length === 0) return [];
  const { host } = primary;
  const domain = primary.channel.failureDomain;
  const separate = backups.some(
    (backup) => backup.host !== host && (domain === undefined || backup.channel.failureDomain !== domain),
  );
  if (separate) return [];
  const names = members.map(({ name }) => name).join(', ');
  const shared = backups.every((backup) => backup.host === host)
    ? `the host ${host.replace(/:443$/, '')}`
    : `the failure domain ${domain ?? ''} or a host`;
  const at = ['routes', route.name, 'policy'];
  return [warn('BACKUPS_SHARE_HOST', at, `has no backup that would survive: ${names} share ${shared}`)];
}

function uncovered(
  route: Route,
  members: readonly Member[],
  kind: 'template' | 'country',
): StrategyWarning[] {
  const template = kind === 'template';
  const wanted = (template ? route.match?.templateCodes : route.match?.countryCodes) ?? [];
  const covers = template ? coversTemplate : coversCountry;
  const code = template ? 'TEMPLATE_NOT_COVERED' : 'COUNTRY_NOT_COVERED';
  const noun = template ? 'template' : 'country code';
  const nowhere = wanted.filter((one) => !members.some(({ channel }) => covers(channel, one)));
  const elsewhere = wanted.filter((one) => !nowhere.includes(one));
  const warnings = members.flatMap(({ at, name, channel }) => {
    const missing = elsewhere.filter((one) => !covers(channel, one));
    if (missing.length === 0) return [];
    return [warn(code, at, `matches the ${noun} ${some(missing)}, which ${name} does not cover`)];
  });
  if (nowhere.length === 0) return warnings;
  const at = ['routes', route.name, 'match', template ? 'templateCodes' : 'countryCodes'];
  return [warn(code, at, `holds ${some(nowhere)}, which no channel of the route covers`), ...warnings];
}

function coversCountry(channel: Channel, code: string): boolean {
  return channel.covers?.countryCodes?.some((covered) => code.startsWith(covered)) ?? true;
}

function zeroWeights({ name, policy }: Route): StrategyWarning[] {
  if (policy.kind !== 'weighted-random') return [];
  if (Object.values(policy.weights).some((weight) => weight > 0)) return [];
  const claim = 'are all 0: no channel is ever drawn, and all serve only as last in line';
  return [warn('WEIGHTS_ALL_ZERO', ['routes', name, 'policy', 'weights'], claim)];
}

function some(items: readonly string[]): string {
  const shown = items.slice(0, 3).join(', ');
  return items.length > 3 ? `${shown} and ${items.length - 3} more` : shown;
}

function warn(code: StrategyWarningCode, at: DocumentPath, claim: string): StrategyWarning {
  const path = renderPath(at);
  return { code, path, message: `${path} ${claim}` };
}

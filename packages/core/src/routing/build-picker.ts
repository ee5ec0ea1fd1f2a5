import type { Message } from '../model/message.ts';
import type { Policy, Route } from '../model/route.ts';
import type { RoutingSnapshot } from '../model/snapshot.ts';
import { buildCoverage, demandOf, openTo } from './coverage.ts';
import type { Coverage, CoverageGap } from './coverage.ts';
import { lowestLatency } from './lowest-latency.ts';
import { finish } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { buildRouteMatcherInSteps } from './match-route.ts';
import { orderByHealth } from './order-by-health.ts';
import type { Ordering, Pick, Picker } from './picker.ts';
import { primaryBackup } from './primary-backup.ts';
import { weightedRandom } from './weighted-random.ts';

/** A route, ready to order its channels. */
interface PreparedRoute {
  readonly route: Route;
  /** All that the policy names, for saying why none is left. */
  readonly named: readonly string[];
  /** Those that are neither drained nor set aside by a pin. */
  readonly usable: readonly string[];
  readonly pinned: readonly string[];
  /** A message of no more numbers is covered by all that are usable, whatever it is. */
  readonly openTo: number;
  readonly ordering: Ordering;
}

const everyChannel = (): boolean => true;

/**
 * Prepares a snapshot for picking, each route once a message takes it. Channels that a route names but the strategy
 * does not know are left out.
 */
export function buildPicker(snapshot: RoutingSnapshot): Picker {
  return finish(buildPickerInSteps(snapshot));
}

/** As `buildPicker`, a step a channel and a route. */
export function* buildPickerInSteps(snapshot: RoutingSnapshot): Steps<Picker> {
  const { strategy } = snapshot;
  const matcher = yield* buildRouteMatcherInSteps(strategy);
  const coverage = new Map<string, Coverage>();
  for (const [name, channel] of Object.entries(strategy.channels)) {
    coverage.set(name, buildCoverage(channel));
    yield;
  }
  const prepared = new Map<Route, PreparedRoute>();
  const prepare = (route: Route): PreparedRoute => {
    const known = prepared.get(route);
    if (known !== undefined) return known;
    const made = prepareRoute(route, snapshot, coverage);
    prepared.set(route, made);
    return made;
  };
  return {
    snapshot,
    pick(message, random, options) {
      const match = matcher.match(message, options?.route);
      if (!match.matched) return { picked: false, reason: match.reason };
      const ready = prepare(match.route);
      const demand = demandOf(message);
      const covers =
        demand.numbers <= ready.openTo
          ? everyChannel
          : (channel: string) => coverage.get(channel)?.(demand) === undefined;
      const channels = orderByHealth(ready.ordering, covers, random, options?.health);
      if (channels.at(0) === undefined) return nothingLeft(ready, message, snapshot, coverage);
      return { picked: true, route: match.route, channels };
    },
  };
}

function prepareRoute(
  route: Route,
  { overrides, strategy }: RoutingSnapshot,
  coverage: ReadonlyMap<string, Coverage>,
): PreparedRoute {
  const named = channelsOf(route.policy).filter((channel) => coverage.has(channel));
  const pinned = named.filter((channel) => overrides.get(channel)?.kind === 'pin');
  const usable = (pinned.length > 0 ? pinned : named).filter(
    (channel) => overrides.get(channel)?.kind !== 'drain',
  );
  const open = usable.reduce((least, channel) => {
    const known = strategy.channels[channel];
    return Math.min(least, known === undefined ? 0 : openTo(known));
  }, Infinity);
  return { route, named, usable, pinned, openTo: open, ordering: orderingOf(route.policy, new Set(usable)) };
}

/** The channels a policy names, each once, in its order. */
function channelsOf(policy: Policy): readonly string[] {
  switch (policy.kind) {
    case 'primary-backup':
      return [...new Set(policy.order)];
    case 'weighted-random':
      return Object.keys(policy.weights);
    case 'lowest-latency':
      return [...new Set(policy.channels)];
  }
}

function orderingOf(policy: Policy, usable: ReadonlySet<string>): Ordering {
  const channels = channelsOf(policy).filter((channel) => usable.has(channel));
  switch (policy.kind) {
    case 'primary-backup':
      return primaryBackup(channels);
    case 'weighted-random':
      return weightedRandom(channels.map((channel) => ({ channel, weight: policy.weights[channel] ?? 0 })));
    case 'lowest-latency':
      return lowestLatency(channels);
  }
}

/** Says why, in full: it costs a look at every channel, and only messages that fail pay it. */
function nothingLeft(
  { route, named, usable, pinned }: PreparedRoute,
  message: Message,
  { overrides }: RoutingSnapshot,
  coverage: ReadonlyMap<string, Coverage>,
): Pick {
  const demand = demandOf(message);
  const without = (gap: CoverageGap) => usable.filter((channel) => coverage.get(channel)?.(demand) === gap);
  const reasons: readonly (readonly [string, readonly string[]])[] = [
    [`template ${message.templateCode} not covered`, without('template')],
    ['country of a number not covered', without('country')],
    [`${String(demand.numbers)} numbers are too many for one request`, without('numbers')],
    ['different texts in one request', without('mixed')],
    ['drained', pinned.length > 0 ? [] : named.filter((channel) => overrides.get(channel)?.kind === 'drain')],
  ];
  const told = reasons
    .filter(([, channels]) => channels.length > 0)
    .map(([words, channels]) => `${words}: ${nameSome(channels)}`);
  const which =
    pinned.length > 0
      ? `route ${route.name} is pinned to ${nameSome(pinned)}, which cannot take the message`
      : `route ${route.name} has no channel for the message`;
  return { picked: false, route, reason: `${which}; ${told.join('; ') || 'it names no channel'}` };
}

/** At most five names: enough for a person, bounded for an answer. */
function nameSome(channels: readonly string[]): string {
  const more = channels.length - 5;
  return channels.slice(0, 5).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}

import type { Policy } from '../model/route.ts';
import type { Strategy, StrategyInput } from '../model/strategy.ts';
import { parseStrategy } from './parse-strategy.ts';
import type { StrategyIssue, StrategyWarning } from './strategy-issue.ts';
import { suggest } from './unknown-name.ts';

/** A new document, and the strategy it is; or why the edit cannot be made. The old document is left as it is. */
export type StrategyEditResult =
  | {
      readonly ok: true;
      readonly document: StrategyInput;
      readonly strategy: Strategy;
      readonly warnings: readonly StrategyWarning[];
    }
  | { readonly ok: false; readonly issues: readonly StrategyIssue[] };

type RouteInput = StrategyInput['routes'][number];

/** Gives a weighted route these weights in place of all that it had. */
export function setWeights(
  document: StrategyInput,
  routeName: string,
  weights: Readonly<Record<string, number>>,
): StrategyEditResult {
  return editRoute(document, routeName, (route) => {
    if (route.policy.kind !== 'weighted-random') return wrongKind(route, 'weighted-random');
    return { kind: 'weighted-random', weights: { ...weights } };
  });
}

/** Puts a channel first in a primary-backup route; the others stay behind it in their order. */
export function setPrimary(document: StrategyInput, routeName: string, channel: string): StrategyEditResult {
  return editRoute(document, routeName, (route) => {
    const { policy } = route;
    if (policy.kind !== 'primary-backup') return wrongKind(route, 'primary-backup');
    return { kind: 'primary-backup', order: [channel, ...policy.order.filter((name) => name !== channel)] };
  });
}

/** Gives a route another policy. */
export function setPolicy(document: StrategyInput, routeName: string, policy: Policy): StrategyEditResult {
  return editRoute(document, routeName, () => policy);
}

/** Changes one route's policy and checks the whole document, so that no edit makes a strategy invalid. */
function editRoute(
  document: StrategyInput,
  routeName: string,
  change: (route: RouteInput) => Policy | StrategyIssue,
): StrategyEditResult {
  const index = document.routes.findIndex(({ name }) => name === routeName);
  const route = document.routes[index];
  if (route === undefined) {
    const names = document.routes.map(({ name }) => name);
    const message = `there is no route ${JSON.stringify(routeName)}; ${suggest(routeName, names)}`;
    return { ok: false, issues: [{ path: 'routes', at: ['routes'], message, value: routeName }] };
  }
  const policy = change(route);
  if ('message' in policy) return { ok: false, issues: [{ ...policy, at: ['routes', index, ...policy.at] }] };
  const edited = { ...document, routes: document.routes.with(index, { ...route, policy }) };
  const parsed = parseStrategy(edited);
  if (!parsed.ok) return { ok: false, issues: parsed.issues };
  return { ok: true, document: edited, strategy: parsed.strategy, warnings: parsed.warnings };
}

function wrongKind(route: RouteInput, wanted: Policy['kind']): StrategyIssue {
  const path = `routes.${route.name}.policy.kind`;
  const value = route.policy.kind;
  const message = `${path} must be ${wanted} for this edit, got ${value}; give the route another policy first`;
  return { path, at: ['policy', 'kind'], message, value };
}

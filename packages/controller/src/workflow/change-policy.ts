import type { Policy, Strategy } from '@waystation/core';
import type { ExitCode } from '../exit-code.ts';
import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';
import { checkDocument } from '../strategy/check-strategy.ts';
import { changeStrategy } from './change-strategy.ts';
import { requireValid } from './current-strategy.ts';
import { rejectStrategy } from './reject-strategy.ts';

/** Changes one route's policy in the strategy that stands in etcd, everything else left as it was written. */
export async function changePolicy(
  invocation: Invocation,
  routeName: string,
  channels: readonly string[],
  change: (policy: Policy) => Policy,
): Promise<ExitCode> {
  const { current, strategy } = await requireValid(invocation);
  const position = findRoute(strategy.strategy, routeName);
  demandChannels(strategy.strategy, channels);
  const policy = strategy.strategy.routes[position]?.policy;
  if (policy === undefined) throw new Error(`no policy at route ${position}`);
  const next = checkDocument(withPolicy(strategy.document, position, change(policy)));
  if (!next.valid) return rejectStrategy(invocation, invocation.command, next);
  return changeStrategy(invocation, { current, next, partly: true });
}

/** As `changePolicy`, of a route whose policy must be of this kind; `members` shows how it is made one. */
export async function changePolicyOf<K extends Policy['kind']>(
  invocation: Invocation,
  { kind, members }: { readonly kind: K; readonly members: string },
  channels: readonly string[],
  change: (policy: Extract<Policy, { kind: K }>) => Policy,
): Promise<ExitCode> {
  const route = invocation.required(0);
  return changePolicy(invocation, route, channels, (policy) => {
    if (isOfKind(policy, kind)) return change(policy);
    throw usage(
      `route ${route} is ${policy.kind}, not ${kind}: change that first with "wayctl policy set ${route} ${kind} ${members}"`,
    );
  });
}

function isOfKind<K extends Policy['kind']>(policy: Policy, kind: K): policy is Extract<Policy, { kind: K }> {
  return policy.kind === kind;
}

function findRoute({ routes }: Strategy, name: string): number {
  const position = routes.findIndex((route) => route.name === name);
  if (position >= 0) return position;
  throw usage(`no route ${name} in the strategy: there are ${routes.map((route) => route.name).join(', ')}`);
}

/** Refuses a channel that the strategy does not define, before anything else can go wrong about it. */
export function demandChannels({ channels }: Strategy, names: readonly string[]): void {
  const unknown = names.find((name) => !Object.hasOwn(channels, name));
  if (unknown === undefined) return;
  throw usage(`no channel ${unknown} in the strategy: there are ${Object.keys(channels).join(', ')}`);
}

/** The document as its author wrote it, one policy replaced. */
function withPolicy(document: unknown, position: number, policy: Policy): unknown {
  const written = document as { readonly routes: readonly Readonly<Record<string, unknown>>[] };
  return {
    ...written,
    routes: written.routes.map((route, index) => (index === position ? { ...route, policy } : route)),
  };
}

import { eachInSteps } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { childOf, renderPath } from './document-path.ts';
import type { DocumentView, RouteView } from './document-view.ts';
import type { RelationIssue } from './relation-issue.ts';
import { sayUnknown } from './unknown-name.ts';

/** What routes demand of channels and of one another. */
export function* routeIssues(view: DocumentView): Steps<RelationIssue[]> {
  const ofChannels = yield* eachInSteps(view.routes, (route) => channelIssues(route, view));
  return [...ofChannels.flat(), ...repeatedNames(view.routes), ...reachIssues(view)];
}

function channelIssues({ channels }: RouteView, view: DocumentView): RelationIssue[] {
  const first = new Map<string, number>();
  return channels().flatMap(({ name, at }, index) => {
    const earlier = first.get(name);
    if (earlier !== undefined) {
      return [{ at, say: () => `repeats ${name}, which stands at [${earlier}] already` }];
    }
    first.set(name, index);
    if (view.channels.has(name)) return [];
    return [{ at, say: () => sayUnknown('channel', name, [...view.channels.keys()]) }];
  });
}

function repeatedNames(routes: readonly RouteView[]): RelationIssue[] {
  const first = new Map<string, RouteView>();
  return routes.flatMap((route) => {
    if (route.name === undefined) return [];
    const earlier = first.get(route.name);
    if (earlier === undefined) {
      first.set(route.name, route);
      return [];
    }
    const places = `${renderPath(earlier.at)} and ${renderPath(route.at)}`;
    return [
      { at: [...route.at, 'name'], say: () => `must be different for each route, and ${places} share it` },
    ];
  });
}

/** First match wins: what stands behind a route that matches everything is never reached. */
function reachIssues({ routes, document }: DocumentView): RelationIssue[] {
  const catchAll = routes.findIndex(({ matchesAll }) => matchesAll);
  const first = routes[catchAll];
  if (first !== undefined) {
    const name = renderPath(first.at, document);
    return routes.slice(catchAll + 1).map(({ at }) => ({
      at,
      say: () => `can never be reached: ${name} stands before it and matches everything`,
    }));
  }
  const last = routes.at(-1);
  if (last === undefined) return [];
  const match = childOf(childOf(childOf(document, 'routes'), routes.length - 1), 'match');
  if (typeof match !== 'object' || match === null) return [];
  return [
    {
      at: [...last.at, 'match'],
      say: () =>
        `must be left out, since the last route must match everything, got ${Object.keys(match).join(', ')}`,
    },
  ];
}

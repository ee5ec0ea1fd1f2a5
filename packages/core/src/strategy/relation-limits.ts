import { childOf } from './document-path.ts';
import { entriesOf } from './document-view.ts';
import type { DocumentView } from './document-view.ts';
import type { RelationIssue } from './relation-issue.ts';
import { sayUnknown } from './unknown-name.ts';

/** What limits demand: that routes and channels exist, and that no fallback leads back to where it began. */
export function limitIssues(view: DocumentView): RelationIssue[] {
  const limits = childOf(view.document, 'limits');
  const routeNames = view.routes.flatMap(({ name }) => name ?? []);
  const channelNames = [...view.channels.keys()];
  return [
    ...unknownKeys(childOf(limits, 'routes'), 'routes', 'route', routeNames),
    ...unknownKeys(childOf(limits, 'channels'), 'channels', 'channel', channelNames),
    ...fallbackIssues(childOf(limits, 'routes'), routeNames),
  ];
}

function unknownKeys(limited: unknown, key: string, kind: string, known: readonly string[]): RelationIssue[] {
  return entriesOf(limited)
    .filter(([name]) => !known.includes(name))
    .map(([name]) => ({ at: ['limits', key, name], claim: sayUnknown(kind, name, known) }));
}

function fallbackIssues(limited: unknown, known: readonly string[]): RelationIssue[] {
  const fallbacks = new Map(
    entriesOf(limited).flatMap(([name, limit]) => {
      const over = childOf(limit, 'over');
      const to = childOf(over, 'kind') === 'fallback' ? childOf(over, 'route') : undefined;
      return typeof to === 'string' ? [[name, to] as const] : [];
    }),
  );
  return [...fallbacks].flatMap(([name, to]) => {
    const at = ['limits', 'routes', name, 'over', 'route'];
    if (!known.includes(to)) return [{ at, claim: sayUnknown('route', to, known) }];
    const circle = findCircle(name, fallbacks);
    if (circle === undefined) return [];
    return [{ at, claim: `must not lead back to ${name}: ${circle.join(' → ')}` }];
  });
}

/** The way from a route through its fallbacks back to itself; undefined where they end or turn elsewhere. */
function findCircle(start: string, fallbacks: ReadonlyMap<string, string>): string[] | undefined {
  const way = [start];
  const seen = new Set<string>();
  for (let next = fallbacks.get(start); next !== undefined && !seen.has(next); next = fallbacks.get(next)) {
    way.push(next);
    if (next === start) return way;
    seen.add(next);
  }
  return undefined;
}

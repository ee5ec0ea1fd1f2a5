import { childOf } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import { entriesOf } from './document-view.ts';
import type { DocumentView } from './document-view.ts';
import type { RelationIssue } from './relation-issue.ts';
import { sayUnknown } from './unknown-name.ts';

/** What limits demand: that routes and channels exist, that no fallback leads back to where it began, no burst alone. */
export function limitIssues(view: DocumentView): RelationIssue[] {
  const limits = childOf(view.document, 'limits');
  const routeNames = view.routes.flatMap(({ name }) => name ?? []);
  const channelNames = [...view.channels.keys()];
  return [
    ...unknownKeys(childOf(limits, 'routes'), 'routes', 'route', routeNames),
    ...unknownKeys(childOf(limits, 'channels'), 'channels', 'channel', channelNames),
    ...fallbackIssues(childOf(limits, 'routes'), routeNames),
    ...lonelyBursts(childOf(limits, 'channels')),
  ];
}

/** A burst of nothing limits nothing. */
function lonelyBursts(limited: unknown): RelationIssue[] {
  return entriesOf(limited)
    .filter(([, limit]) => childOf(limit, 'burst') !== undefined && childOf(limit, 'perSecond') === undefined)
    .map(([name]) => ({
      at: ['limits', 'channels', name, 'burst'],
      say: () => 'needs perSecond beside it',
    }));
}

function unknownKeys(limited: unknown, key: string, kind: string, known: readonly string[]): RelationIssue[] {
  const names = new Set(known);
  return entriesOf(limited)
    .filter(([name]) => !names.has(name))
    .map(([name]) => ({ at: ['limits', key, name], say: () => sayUnknown(kind, name, known) }));
}

function fallbackIssues(limited: unknown, known: readonly string[]): RelationIssue[] {
  const names = new Set(known);
  const fallbacks = new Map(
    entriesOf(limited).flatMap(([name, limit]) => {
      const over = childOf(limit, 'over');
      const to = childOf(over, 'kind') === 'fallback' ? childOf(over, 'route') : undefined;
      return typeof to === 'string' ? [[name, to] as const] : [];
    }),
  );
  const unknown = [...fallbacks].filter(([, to]) => !names.has(to));
  return [
    ...unknown.map(([name, to]) => ({ at: placeOf(name), say: () => sayUnknown('route', to, known) })),
    ...findCircles(fallbacks).map((circle) => {
      const [start = ''] = circle;
      const way = [...circle, start].join(' → ');
      return { at: placeOf(start), say: () => `must not lead back to ${start}: ${way}` };
    }),
  ];
}

function placeOf(name: string): DocumentPath {
  return ['limits', 'routes', name, 'over', 'route'];
}

/** Every circle of fallbacks, once; each route is walked over once, however long the chains are. */
function findCircles(fallbacks: ReadonlyMap<string, string>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  for (const start of fallbacks.keys()) {
    const way: string[] = [];
    const places = new Map<string, number>();
    let next: string | undefined = start;
    while (next !== undefined && !done.has(next) && !places.has(next)) {
      places.set(next, way.length);
      way.push(next);
      next = fallbacks.get(next);
    }
    const back = next === undefined ? undefined : places.get(next);
    if (back !== undefined) circles.push(way.slice(back));
    for (const name of way) done.add(name);
  }
  return circles;
}

import { eachInSteps } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { childOf } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';

/** A channel as a policy names it, and where. */
interface NamedChannel {
  readonly name: string;
  readonly at: DocumentPath;
}

/** What relations look at in one route. */
export interface RouteView {
  readonly at: DocumentPath;
  /** Absent where the route has none that is text. */
  readonly name?: string;
  readonly matchesAll: boolean;
  /** Read anew each time: kept for all routes at once they would take more memory than the strategy itself. */
  readonly channels: () => readonly NamedChannel[];
}

/** What relations look at, read from any document, however wrong: what cannot be read is left out. */
export interface DocumentView {
  readonly document: unknown;
  readonly channels: ReadonlyMap<string, unknown>;
  readonly routes: readonly RouteView[];
}

/** Reads a document for the relations between its parts. */
export function* viewDocument(document: unknown): Steps<DocumentView> {
  const routes = childOf(document, 'routes');
  return {
    document,
    channels: new Map(entriesOf(childOf(document, 'channels'))),
    routes: Array.isArray(routes)
      ? yield* eachInSteps(routes.entries(), ([index, route]) => viewRoute(route, index))
      : [],
  };
}

/** Keys and values of a mapping; none of anything else. */
export function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function viewRoute(route: unknown, index: number): RouteView {
  const at = ['routes', index];
  const name = childOf(route, 'name');
  const match = childOf(route, 'match');
  return {
    at,
    ...(typeof name === 'string' ? { name } : {}),
    matchesAll: match === undefined || isEmptyMapping(match),
    channels: () => [...listed(route, 'order', at), ...listed(route, 'channels', at), ...weighted(route, at)],
  };
}

function isEmptyMapping(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => item === undefined);
}

function listed(route: unknown, key: string, at: DocumentPath): NamedChannel[] {
  const names = childOf(childOf(route, 'policy'), key);
  if (!Array.isArray(names)) return [];
  return names.flatMap((name: unknown, index) =>
    typeof name === 'string' ? [{ name, at: [...at, 'policy', key, index] }] : [],
  );
}

function weighted(route: unknown, at: DocumentPath): NamedChannel[] {
  const weights = childOf(childOf(route, 'policy'), 'weights');
  return entriesOf(weights).map(([name]) => ({ name, at: [...at, 'policy', 'weights', name] }));
}

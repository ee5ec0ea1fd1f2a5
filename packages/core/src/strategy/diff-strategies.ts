import type { Strategy, StrategyInput } from '../model/strategy.ts';
import { canonicalJson } from './canonical-json.ts';
import { childOf, renderPath } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';

/** One place in which two strategies differ. */
export type StrategyChange =
  | { readonly kind: 'added'; readonly path: string; readonly after: unknown }
  | { readonly kind: 'removed'; readonly path: string; readonly before: unknown }
  | { readonly kind: 'changed'; readonly path: string; readonly before: unknown; readonly after: unknown };

/** Names of what was added, removed or changed. */
export interface NameChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Where two strategies differ; all empty where they are equal. */
export interface StrategyDiff {
  /** Place by place, in the order of the newer document; routes stand under their names. */
  readonly changes: readonly StrategyChange[];
  readonly channels: NameChanges;
  readonly routes: NameChanges & {
    /** Whether routes that both have stand in another order. */
    readonly reordered: boolean;
  };
}

/**
 * Compares two strategies place by place. Mappings are compared key by key, routes by their names, every other
 * list as one value. Compare like with like: a document with its defaults left out differs from one with them.
 */
export function diffStrategies(
  before: Strategy | StrategyInput,
  after: Strategy | StrategyInput,
): StrategyDiff {
  const [old, now] = [byName(before.routes), byName(after.routes)];
  const oldOrder = Object.keys(old).filter((name) => Object.hasOwn(now, name));
  const newOrder = Object.keys(now).filter((name) => Object.hasOwn(old, name));
  const reordered = canonicalJson(oldOrder) !== canonicalJson(newOrder);
  return {
    changes: [
      ...compare({ ...before, routes: old }, { ...after, routes: now }, []),
      ...(reordered ? [{ kind: 'changed' as const, path: 'routes', before: oldOrder, after: newOrder }] : []),
    ],
    channels: changedNames(before.channels, after.channels),
    routes: { ...changedNames(old, now), reordered },
  };
}

function byName<T extends { readonly name: string }>(routes: readonly T[]): Record<string, T> {
  return Object.fromEntries(routes.map((route) => [route.name, route]));
}

function compare(before: unknown, after: unknown, at: DocumentPath): StrategyChange[] {
  const path = renderPath(at);
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (before === undefined) return [{ kind: 'added', path, after }];
  if (after === undefined) return [{ kind: 'removed', path, before }];
  if (!isMapping(before) || !isMapping(after)) return [{ kind: 'changed', path, before, after }];
  const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...keys].flatMap((key) => compare(childOf(before, key), childOf(after, key), [...at, key]));
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function changedNames(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): NameChanges {
  return {
    added: Object.keys(after).filter((name) => !Object.hasOwn(before, name)),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)),
    changed: Object.keys(after).filter(
      (name) => Object.hasOwn(before, name) && canonicalJson(before[name]) !== canonicalJson(after[name]),
    ),
  };
}

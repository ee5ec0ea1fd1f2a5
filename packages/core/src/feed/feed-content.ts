import { overrideSchema } from '../model/override.ts';
import type { Override } from '../model/override.ts';
import type { Revision, StoreEntry, StoreEvent } from '../store.ts';

/** The keys a feed reads; others below the watched prefix are passed over. */
export interface FeedKeys {
  /** Key of the strategy. */
  readonly strategy: string;
  /** Prefix of the overrides, with its closing slash; the rest of a key is the channel. */
  readonly overrides: string;
}

/** A strategy as the store holds it, not yet parsed. */
export interface StrategyText {
  readonly text: string;
  /** The store's modRevision of the strategy: what an agent acknowledges. */
  readonly revision: Revision;
}

/** What is routed by, as far as the store has said. */
export interface FeedContent {
  /** The last strategy that stood in the store; absent until there was one. */
  readonly strategy?: StrategyText;
  /** Whether the strategy's key is absent now; a strategy above is then the last good one and serves on. */
  readonly missing: boolean;
  readonly overrides: ReadonlyMap<string, Override>;
}

/** Content, and what a person should hear of how it was read. */
export interface ReadContent {
  readonly content: FeedContent;
  readonly complaints: readonly string[];
}

/** Nothing heard yet. */
export const emptyContent: FeedContent = { missing: true, overrides: new Map() };

/** What a fresh list says; a strategy that is gone leaves the one of `before` in place. */
export function contentOfList(
  before: FeedContent,
  entries: readonly StoreEntry[],
  keys: FeedKeys,
): ReadContent {
  const overrides = new Map<string, Override>();
  const complaints: string[] = [];
  for (const entry of entries) {
    const channel = channelOf(entry.key, keys);
    if (channel !== undefined) readOverride(channel, entry.value, before.overrides, overrides, complaints);
  }
  const entry = entries.find(({ key }) => key === keys.strategy);
  const strategy = entry === undefined ? before.strategy : { text: entry.value, revision: entry.modRevision };
  return {
    content: { ...(strategy === undefined ? {} : { strategy }), missing: entry === undefined, overrides },
    complaints,
  };
}

/** What holds after the events of a watch, in their order. */
export function contentAfter(
  before: FeedContent,
  events: readonly StoreEvent[],
  keys: FeedKeys,
): ReadContent {
  const overrides = new Map(before.overrides);
  const complaints: string[] = [];
  let { strategy, missing } = before;
  for (const event of events) {
    const key = event.type === 'put' ? event.entry.key : event.key;
    const channel = channelOf(key, keys);
    if (key === keys.strategy) {
      missing = event.type === 'delete';
      if (event.type === 'put') strategy = { text: event.entry.value, revision: event.entry.modRevision };
    } else if (channel !== undefined) {
      if (event.type === 'delete') overrides.delete(channel);
      else readOverride(channel, event.entry.value, overrides, overrides, complaints);
    }
  }
  return { content: { ...(strategy === undefined ? {} : { strategy }), missing, overrides }, complaints };
}

/** Whether two contents route alike: equal strategy at the same revision, equal overrides. */
export function sameContent(a: FeedContent, b: FeedContent): boolean {
  return (
    a.strategy?.revision === b.strategy?.revision &&
    a.strategy?.text === b.strategy?.text &&
    a.overrides.size === b.overrides.size &&
    [...a.overrides].every(([channel, override]) => sameOverride(override, b.overrides.get(channel)))
  );
}

function sameOverride(a: Override, b: Override | undefined): boolean {
  return a.kind === b?.kind && a.reason === b.reason && a.by === b.by && a.at === b.at;
}

function channelOf(key: string, keys: FeedKeys): string | undefined {
  return key.startsWith(keys.overrides) ? key.slice(keys.overrides.length) : undefined;
}

/** An override that cannot be read leaves the channel's last good one in force: a drain must not end by a typo. */
function readOverride(
  channel: string,
  text: string,
  before: ReadonlyMap<string, Override>,
  overrides: Map<string, Override>,
  complaints: string[],
): void {
  const read = overrideSchema.safeParse(parseJson(text));
  const last = before.get(channel);
  if (read.success) overrides.set(channel, read.data);
  else {
    if (last !== undefined) overrides.set(channel, last);
    const kept = last === undefined ? 'it is passed over' : `the last good one (${last.kind}) stays`;
    complaints.push(
      `the override of channel ${channel} cannot be read, ${kept}; it must be {"kind":"drain"} or {"kind":"pin"} with reason, by and at as text`,
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { Instant, Random } from '../clock.ts';
import type { StoreEvent, StoreSnapshot, WatchBatch } from '../store.ts';
import { contentAfter, contentOfList, emptyContent, sameContent } from './feed-content.ts';
import type { FeedContent, ReadContent } from './feed-content.ts';
import type { FeedEffect, FeedEvent, FeedOptions, FeedState, FeedStep } from './feed-state.ts';

type Watching = Extract<FeedState, { phase: 'watching' }>;
type Checked = Extract<FeedEvent, { type: 'checked' }>;

/** Begins a feed: it lists first, and counts as stale until that list is there. */
export function startFeed(options: FeedOptions, at: Instant): FeedStep {
  const facts = { options, content: emptyContent, staleSince: at, failures: 0 };
  return {
    state: { ...facts, generation: 1, phase: 'listing' },
    effects: [{ type: 'list', generation: 1 }],
  };
}

/** When a feed wants to be told of the time, whatever else happens; absent while it waits for a list. */
export function feedWakeAt(state: FeedState): Instant | undefined {
  switch (state.phase) {
    case 'listing':
      return undefined;
    case 'waiting':
      return state.until;
    case 'watching': {
      const silentAt = state.lastSignAt + state.options.silenceMs;
      return state.check.state === 'due' ? Math.min(silentAt, state.check.at) : silentAt;
    }
  }
}

/** The whole life of a feed: state and event in, next state and effects out. It never ends by itself. */
export function stepFeed(state: FeedState, event: FeedEvent, random: Random): FeedStep {
  if (event.type === 'time') return onTime(state, event.at, random);
  // What was given up may still answer: it speaks of a past that no longer counts.
  if (event.generation !== state.generation) return { state, effects: [] };
  if (state.phase === 'listing') {
    if (event.type === 'listed') return onListed(state, event.snapshot, event.at, random);
    if (event.type === 'list-failed') return tryLater(state, event.at, event.reason, event.at, random);
  }
  if (state.phase === 'watching') {
    switch (event.type) {
      case 'batch':
        return onBatch(state, event.batch, event.at, random);
      case 'watch-lost':
        return tryLater(state, event.at, event.reason, event.at, random);
      case 'checked':
        return state.check.state === 'sent'
          ? onChecked(state, state.check.seenRevision, event, random)
          : { state, effects: [] };
      case 'check-failed':
        // A member cut off from its peers still shows signs of life: only the last proof counts.
        return tryLater(state, state.provenAt, event.reason, event.at, random);
      case 'listed':
      case 'list-failed':
        break;
    }
  }
  return { state, effects: [] };
}

function onTime(state: FeedState, at: Instant, random: Random): FeedStep {
  if (state.phase === 'waiting' && at >= state.until) return listNow(state);
  if (state.phase !== 'watching') return { state, effects: [] };
  const silent = at - state.lastSignAt;
  if (silent >= state.options.silenceMs) {
    const reason = `no sign of life from the watch for ${String(Math.round(silent))} ms`;
    return tryLater(state, state.lastSignAt, reason, at, random);
  }
  if (state.check.state !== 'due' || at < state.check.at) return { state, effects: [] };
  return {
    state: { ...state, check: { state: 'sent', seenRevision: state.seen?.revision ?? 0 } },
    effects: [{ type: 'check', generation: state.generation }],
  };
}

function onListed(state: FeedState, snapshot: StoreSnapshot, at: Instant, random: Random): FeedStep {
  const { options, generation, failures, seen } = state;
  const { revision, clusterId } = snapshot;
  const read = contentOfList(state.content, snapshot.entries, options.keys);
  const back = seen !== undefined && (revision < seen.revision || clusterId !== seen.clusterId);
  const warnings: FeedEffect[] = back
    ? [
        {
          type: 'warn',
          about: 'restored',
          message: `the store went from revision ${String(seen.revision)} of cluster ${seen.clusterId} to ${String(revision)} of ${clusterId}, as after a restore; what it holds now is taken`,
        },
      ]
    : [];
  return {
    state: {
      options,
      generation,
      failures,
      content: read.content,
      seen: { revision, clusterId },
      provenAt: at,
      phase: 'watching',
      lastSignAt: at,
      check: nextCheck(options, at, random),
    },
    effects: [
      ...warnings,
      ...contentEffects(state.content, read, seen === undefined),
      { type: 'watch', generation, fromRevision: revision + 1 },
    ],
  };
}

function onBatch(state: Watching, batch: WatchBatch, at: Instant, random: Random): FeedStep {
  const held = state.seen?.revision ?? 0;
  const disorder = findDisorder(held, batch);
  if (disorder !== undefined) return tryLater(state, state.lastSignAt, disorder, at, random);
  const read = contentAfter(state.content, batch.events, state.options.keys);
  return {
    state: {
      ...state,
      content: read.content,
      seen: { revision: batch.revision, clusterId: state.seen?.clusterId ?? '' },
      lastSignAt: at,
      failures: 0,
    },
    effects: contentEffects(state.content, read, false),
  };
}

/** Within a watch revisions only rise; anything else means that changes were lost or told twice. */
function findDisorder(held: number, batch: WatchBatch): string | undefined {
  let last = held;
  for (const [index, event] of batch.events.entries()) {
    const revision = revisionOf(event);
    // Several keys may change at one revision, but none at one that was told of before.
    if (revision < last || (index === 0 && revision === held)) {
      return `the watch told of revision ${String(revision)} after ${String(last)}`;
    }
    last = revision;
  }
  if (batch.revision >= last) return undefined;
  return `the watch stands at revision ${String(batch.revision)}, behind ${String(last)}`;
}

function revisionOf(event: StoreEvent): number {
  return event.type === 'put' ? event.entry.modRevision : event.revision;
}

function onChecked(state: Watching, sentAtRevision: number, event: Checked, random: Random): FeedStep {
  const { content, seen, options } = state;
  const { revision, modRevision, at } = event;
  const known = content.missing ? 0 : (content.strategy?.revision ?? 0);
  // The watch may have run ahead of this answer while it was under way: then it proves nothing against us.
  const comparable = revision >= (seen?.revision ?? 0) || (known > 0 && known <= revision);
  if (event.clusterId !== seen?.clusterId || revision < sentAtRevision) {
    return resync(state, `a check found revision ${String(revision)} of cluster ${event.clusterId}`);
  }
  if (comparable && modRevision !== known) {
    return resync(
      state,
      `a check found the strategy at revision ${String(modRevision)}, the watch had told of ${String(known)}`,
    );
  }
  // A member cut off from its peers keeps a watch alive and says nothing new; other keys than the strategy's
  // may have changed meanwhile.
  if (state.checkedRevision !== undefined && seen.revision < state.checkedRevision) {
    return resync(
      state,
      `the watch stands at revision ${String(seen.revision)}, the store was at ${String(state.checkedRevision)} a check ago`,
    );
  }
  return {
    state: { ...state, provenAt: at, checkedRevision: revision, check: nextCheck(options, at, random) },
    effects: [],
  };
}

/** Lists at once: checks are spread in time, so that agents which find a difference do not come together. */
function resync(state: Watching, reason: string): FeedStep {
  const since = state.staleSince ?? state.provenAt;
  const { state: next, effects } = listNow({
    ...state,
    ...(since === undefined ? {} : { staleSince: since }),
    lastTrouble: reason,
  });
  return { state: next, effects: [{ type: 'warn', about: 'resync', message: reason }, ...effects] };
}

function listNow(state: FeedState): FeedStep {
  const generation = state.generation + 1;
  return {
    state: { ...bare(state), generation, phase: 'listing' },
    effects: [{ type: 'list', generation }],
  };
}

/** Gives up what is under way and lists again after a random wait: agents that fall together rise apart. */
function tryLater(
  state: FeedState,
  doubtedSince: Instant | undefined,
  reason: string,
  at: Instant,
  random: Random,
): FeedStep {
  const { backoffBaseMs, backoffMaxMs } = state.options;
  // 2 ** 30 times the base is beyond every cap.
  const ceiling = Math.min(backoffMaxMs, backoffBaseMs * 2 ** Math.min(state.failures, 30));
  const news = state.failures === 0 || state.lastTrouble !== reason;
  return {
    state: {
      ...bare(state),
      staleSince: state.staleSince ?? doubtedSince ?? at,
      failures: state.failures + 1,
      lastTrouble: reason,
      phase: 'waiting',
      until: at + random() * ceiling,
    },
    effects: [
      { type: 'stop' },
      ...(news ? [{ type: 'warn', about: 'resync', message: reason } as const] : []),
    ],
  };
}

/** What holds in every phase, without what belongs to the phase that is left. */
function bare(state: FeedState): Omit<FeedState, 'phase'> {
  const { options, generation, content, failures, seen, provenAt, staleSince, lastTrouble } = state;
  return {
    options,
    generation,
    content,
    failures,
    ...(seen === undefined ? {} : { seen }),
    ...(provenAt === undefined ? {} : { provenAt }),
    ...(staleSince === undefined ? {} : { staleSince }),
    ...(lastTrouble === undefined ? {} : { lastTrouble }),
  };
}

function nextCheck(options: FeedOptions, at: Instant, random: Random): Watching['check'] {
  return { state: 'due', at: at + options.checkMinMs + random() * (options.checkMaxMs - options.checkMinMs) };
}

function contentEffects(
  before: FeedContent,
  { content, complaints }: ReadContent,
  first: boolean,
): FeedEffect[] {
  const { strategy, overrides, missing } = content;
  const effects: FeedEffect[] = complaints.map((message) => ({
    type: 'warn',
    about: 'override-unreadable',
    message,
  }));
  if (missing && (first || !before.missing)) {
    const message =
      strategy === undefined
        ? 'the store holds no strategy for this fleet'
        : `the strategy was deleted from the store; the last good one (revision ${String(strategy.revision)}) serves on`;
    effects.push({ type: 'warn', about: 'strategy-missing', message });
  }
  const changed = !sameContent(before, content);
  if (strategy === undefined) {
    if (first || changed) effects.push({ type: 'override', overrides });
  } else if (changed) effects.push({ type: 'apply', strategy, overrides });
  return effects;
}

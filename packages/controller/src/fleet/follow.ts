import { isWaystationError } from '@waystation/core';
import type { ConfigStore, Revision, StoreEntry } from '@waystation/core';
import { setTimeout as delay } from 'node:timers/promises';

/** What following a prefix yields. */
export type Followed =
  | { readonly type: 'put'; readonly entry: StoreEntry; readonly initial: boolean }
  | { readonly type: 'delete'; readonly key: string }
  /** All that is known of the store up to this revision has been told. */
  | { readonly type: 'caught-up'; readonly revision: Revision };

const pauseMs = { first: 500, most: 10_000 };

/**
 * Tells everything below `prefix` and then every change, until `signal` aborts. After a lost watch it lists again
 * and tells what differs from what it told before; only the first listing may fail.
 */
export async function* follow(
  store: ConfigStore,
  prefix: string,
  options: { readonly signal: AbortSignal; readonly onTrouble?: (error: Error) => void },
): AsyncGenerator<Followed> {
  const { signal } = options;
  const known = new Map<string, Revision>();
  let pause = pauseMs.first;
  let initial = true;
  while (!signal.aborted) {
    try {
      const { revision, entries } = await store.list(prefix, { signal });
      yield* differences(known, entries, initial);
      yield { type: 'caught-up', revision };
      initial = false;
      for await (const batch of store.watch(prefix, revision + 1, { signal })) {
        pause = pauseMs.first;
        for (const event of batch.events) {
          if (event.type === 'put') {
            known.set(event.entry.key, event.entry.modRevision);
            yield { type: 'put', entry: event.entry, initial: false };
          } else {
            known.delete(event.key);
            yield { type: 'delete', key: event.key };
          }
        }
        yield { type: 'caught-up', revision: batch.revision };
      }
    } catch (error) {
      if (isAborted(signal)) return;
      if (initial || !isWaystationError(error) || !heals.has(error.code)) throw error;
      options.onTrouble?.(error);
      // Not at once: a store in trouble is left room.
      await delay(pause, undefined, { signal }).catch(() => undefined);
      pause = Math.min(pause * 2, pauseMs.most);
    }
  }
}

/** Asked anew: what a signal was before a wait says nothing of it after. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

const heals: ReadonlySet<string> = new Set([
  'STORE_UNAVAILABLE',
  'STORE_TIMEOUT',
  'STORE_COMPACTED',
  'STORE_WATCH_LOST',
  'STORE_UNAUTHENTICATED',
]);

function* differences(
  known: Map<string, Revision>,
  entries: readonly StoreEntry[],
  initial: boolean,
): Generator<Followed> {
  const present = new Set(entries.map(({ key }) => key));
  for (const key of [...known.keys()]) {
    if (present.has(key)) continue;
    known.delete(key);
    yield { type: 'delete', key };
  }
  for (const entry of entries) {
    if (known.get(entry.key) === entry.modRevision) continue;
    known.set(entry.key, entry.modRevision);
    yield { type: 'put', entry, initial };
  }
}

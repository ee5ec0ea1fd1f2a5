import { historyEntrySchema, WaystationError } from '@waystation/core';
import type { CallOptions, ConfigStore, FleetKeys, HistoryEntry } from '@waystation/core';

/** Reads one strategy that ever was; undefined where there is none under that number. */
export async function readHistory(
  store: ConfigStore,
  keys: FleetKeys,
  seq: number,
  options?: CallOptions,
): Promise<HistoryEntry | undefined> {
  const { entry } = await store.get(keys.historyEntry(seq), options);
  return entry === undefined ? undefined : parseHistory(entry.key, entry.value);
}

/**
 * Number of the newest entry, 0 for an empty history. Documents are large and a history is never trimmed, so
 * it is not listed whole: numbers have no holes, and the end is found by doubling and halving from `hint`, a
 * number that is known to be taken or a good guess.
 */
export async function latestSeq(
  store: ConfigStore,
  keys: FleetKeys,
  hint: number,
  options?: CallOptions,
): Promise<number> {
  const taken = async (seq: number): Promise<boolean> =>
    (await store.get(keys.historyEntry(seq), options)).entry !== undefined;
  let low = hint > 0 && (await taken(hint)) ? hint : 0;
  let step = 1;
  while (await taken(low + step)) {
    low += step;
    step *= 2;
  }
  // `low` is taken (or 0), `low + step` is free; what lies between is halved.
  let high = low + step;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await taken(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The newest `limit` entries, newest first. */
export async function recentHistory(
  store: ConfigStore,
  keys: FleetKeys,
  newest: number,
  limit: number,
  options?: CallOptions,
): Promise<readonly HistoryEntry[]> {
  const numbers = Array.from({ length: Math.min(limit, newest) }, (_, index) => newest - index);
  const found: HistoryEntry[] = [];
  // In small groups: a long history must not become a thousand calls at once.
  for (let start = 0; start < numbers.length; start += 20) {
    const group = await Promise.all(
      numbers.slice(start, start + 20).map((seq) => readHistory(store, keys, seq, options)),
    );
    found.push(...group.filter((entry) => entry !== undefined));
  }
  return found;
}

function parseHistory(key: string, value: string): HistoryEntry {
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch (cause) {
    throw new WaystationError('STRATEGY_INVALID', `${key} in etcd is not JSON`, { cause });
  }
  const parsed = historyEntrySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new WaystationError(
    'STRATEGY_INVALID',
    `${key} in etcd is not a history entry that this version reads: ${parsed.error.issues
      .map((issue) => `${issue.path.join('.')} ${issue.message}`)
      .join('; ')}`,
  );
}

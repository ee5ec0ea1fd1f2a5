import { WaystationError } from '@waystation/core';
import type { HistoryEntry } from '@waystation/core';
import { readHistory } from '../fleet/history.ts';
import type { Invocation } from '../invocation.ts';

/** One entry of the history, or an error that says which numbers there are. */
export async function requireHistory(invocation: Invocation, seq: number): Promise<HistoryEntry> {
  const signal = invocation.world.interrupted;
  const entry = await readHistory(await invocation.store(), await invocation.keys(), seq, { signal });
  if (entry !== undefined) return entry;
  const newest = await (await invocation.repository()).newestSeq({ signal });
  throw new WaystationError(
    'CONFIG_INVALID',
    newest === 0
      ? `no history entry ${seq}: the history is empty`
      : `no history entry ${seq}: the newest is ${newest}`,
  );
}

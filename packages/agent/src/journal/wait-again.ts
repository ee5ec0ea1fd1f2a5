import { isOver } from '@waystation/core';
import type { Deliveries } from '../deliver/deliveries.ts';
import type { SendResult } from '../send/send-result.ts';
import type { HeldPlaced } from './held-placed.ts';
import { withoutRecords } from './journal-entry.ts';
import type { OpenEntry } from './journal-entry.ts';
import type { JournalStock } from './journal-stock.ts';
import { pendingResult } from './standing.ts';

/** What decides whether a message that was held may wait. */
export interface HeldWaiting {
  readonly stock: JournalStock;
  /** Absent: nothing is sent later. */
  readonly deliveries: Pick<Deliveries, 'hasRoom' | 'add'> | undefined;
  readonly wallTime: number;
}

/**
 * A held message that the provider's records prove unsent waits for its time, flushed to the disk before this
 * resolves; undefined: it has none, its route wants no more, or the disk does not take it.
 */
export async function waitAgain(
  name: string,
  { entry, place }: HeldPlaced,
  absent: SendResult,
  { stock, deliveries, wallTime }: HeldWaiting,
): Promise<SendResult | undefined> {
  const { id, digest, payload, receivedAt, deadlineAt, deliverBy, revision, takenBy, rule } = entry;
  if (deliverBy === undefined || deliveries?.hasRoom !== true || rule?.afterReconcile === 'fail')
    return undefined;
  if (isOver({ deliverBy }, wallTime)) return undefined;
  const open: OpenEntry = {
    state: 'open',
    ...{ id, digest, payload, receivedAt, deadlineAt, deliverBy, revision, takenBy },
    ...(rule && { rule }),
    attempts: withoutRecords(entry.attempts),
  };
  try {
    await stock.put(name, open, place);
  } catch {
    return undefined;
  }
  deliveries.add({ id, name, deliverBy }, absent);
  return pendingResult(open);
}

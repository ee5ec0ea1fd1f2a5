import { mayComeLater, tooLate } from '../deliver/deliver-kept.ts';
import type { Deliveries } from '../deliver/deliveries.ts';
import type { SendResult } from '../send/send-result.ts';
import type { MessageRun } from './message-run.ts';

/** What decides whether a message that was tried may wait. */
export interface TriedMessage {
  readonly run: MessageRun;
  /** Absent: nothing is sent later. */
  readonly deliveries: Pick<Deliveries, 'hasRoom' | 'add'> | undefined;
  readonly wallTime: number;
  /** Whether its caller has hung up, and so called it off. */
  readonly isCalledOff: () => boolean;
}

/**
 * What is told of a message of which nothing was sent: it waits from now on, flushed to the disk before this
 * resolves; it has expired; or, where it cannot be kept, what it came to.
 */
export async function keepUntil(
  result: SendResult,
  { run, deliveries, wallTime, isCalledOff }: TriedMessage,
): Promise<SendResult> {
  const { delivery } = run;
  if (delivery === undefined || deliveries === undefined || !mayComeLater(result) || isCalledOff())
    return result;
  const { id, revision, route, attempts } = result;
  const facts = { id, revision, ...(route !== undefined && { route }), attempts };
  const late = tooLate(delivery.deliverBy, wallTime);
  if (late !== undefined) return { ...facts, kind: 'expired', reason: `nothing was sent: ${late}` };
  // What the disk has never had it will not take now.
  if (!deliveries.hasRoom || (result.kind === 'no-journal' && !run.isWritten)) return result;
  try {
    await run.keep(result);
  } catch (error) {
    // Where the disk has it as a message that may come, the next start would send it: then it waits.
    if (!run.isWritten || !(await run.keepOn(result))) {
      const why = error instanceof Error ? error.message : 'unknown error';
      const reason = `nothing was sent, and the journal cannot keep it (${why})`;
      return { ...facts, kind: 'no-journal', reason, retryAfterMs: 5000 };
    }
  }
  // Writing takes a moment, in which its caller may have gone.
  if (isCalledOff()) return result;
  deliveries.add(delivery, result);
  return { ...facts, kind: 'pending', deliverBy: delivery.deliverBy };
}

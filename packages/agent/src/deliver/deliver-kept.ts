import { isOver } from '@waystation/core';
import type { Clock, Delivery } from '@waystation/core';
import type { MessageSender } from '../http/message-sender.ts';
import type { OpenEntry } from '../journal/journal-entry.ts';
import type { EntryPlace } from '../journal/journal-file.ts';
import type { JournalStock } from '../journal/journal-stock.ts';
import { AttemptNotWritten, MessageRun } from '../journal/message-run.ts';
import type { SendResult } from '../send/send-result.ts';

/** What a message that waited is sent with. */
export interface KeptParts {
  readonly stock: JournalStock;
  readonly clock: Clock;
  readonly sender: MessageSender;
  /** Why no attempt may begin by now; undefined: it may. */
  readonly mayStart: () => string | undefined;
  /** Told where an answer that came late says that nothing was sent. */
  readonly onAgain: (result: SendResult) => void;
}

/** A message in the journal that waits. */
export interface KeptMessage {
  readonly entry: OpenEntry & { readonly deliverBy: number };
  readonly place: EntryPlace;
}

/** Whether nothing was sent, for a reason that passes: such a message may come later. */
export function mayComeLater({ kind }: SendResult): boolean {
  return kind === 'no-channel' || kind === 'deadline' || kind === 'no-journal';
}

/** The message that waits under a name; undefined where it is none any more, or cannot be read. */
export function findKept(stock: JournalStock, name: string): KeptMessage | undefined {
  const { entry, place } = stock.get(name) ?? {};
  if (entry?.state !== 'open' || place === undefined) return undefined;
  const { deliverBy } = entry;
  return deliverBy === undefined ? undefined : { entry: { ...entry, deliverBy }, place };
}

/** Sends a message that waited, once; what it came to stands in the journal when this resolves. */
export async function deliverKept(
  { name }: Delivery,
  kept: KeptMessage,
  timeoutMs: number,
  parts: KeptParts,
): Promise<SendResult> {
  const { sender, onAgain } = parts;
  const { message, route } = kept.entry.payload;
  const run = runOf(name, kept, parts);
  let saved: Promise<void> = Promise.resolve();
  const settle = (result: SendResult): Promise<void> =>
    mayComeLater(result) ? Promise.resolve() : run.end(result);
  const onLate = (late: SendResult): void => {
    saved = saved.then(() => (mayComeLater(late) ? run.keep(late) : run.end(late)));
    void saved.then(
      () => {
        if (mayComeLater(late)) onAgain(late);
      },
      () => undefined,
    );
  };
  let result: SendResult;
  try {
    result = await sender.send(message, {
      ...(route !== undefined && { route }),
      ...{ timeoutMs, id: kept.entry.id, attempts: run, deliverBy: kept.entry.deliverBy, onLate },
    });
  } catch (error) {
    if (!(error instanceof AttemptNotWritten)) throw error;
    result = run.keptBack(error);
  }
  saved = settle(result);
  await saved;
  return result;
}

/** Ends a message whose time has come. */
export async function expireKept(
  { name }: Delivery,
  kept: KeptMessage,
  parts: Pick<KeptParts, 'stock' | 'clock'>,
): Promise<void> {
  const { id, revision, takenBy } = kept.entry;
  const run = runOf(name, kept, { ...parts, mayStart: () => undefined });
  await run.end({ ...expired(kept.entry), id, revision, route: takenBy });
}

function runOf(
  name: string,
  { entry, place }: KeptMessage,
  { stock, clock, mayStart }: Pick<KeptParts, 'stock' | 'clock' | 'mayStart'>,
): MessageRun {
  const { id, digest, payload, deadlineAt, deliverBy } = entry;
  return new MessageRun(
    { stock, clock },
    { id, name, digest, payload, deadlineAt, deliverBy, mayStart },
    { entry, place },
  );
}

/** What is told of a message that was tried until its time, and never sent. */
export function expired({ attempts, deliverBy }: Pick<KeptMessage['entry'], 'attempts' | 'deliverBy'>) {
  const by = new Date(deliverBy).toISOString();
  return {
    kind: 'expired',
    reason: `nothing was sent: no channel took the message in time for ${by}`,
    attempts: attempts.map(({ channel, result }) => ({
      channel,
      outcome: result?.class ?? 'unknown',
      ...(result?.code !== undefined && { code: result.code }),
      ms: 0,
    })),
  } as const;
}

/** Why an attempt of a message with this time may not begin any more; undefined: it may. */
export function tooLate(deliverBy: number, wallTime: number): string | undefined {
  return isOver({ deliverBy }, wallTime) ? 'too little time was left before deliverBy' : undefined;
}

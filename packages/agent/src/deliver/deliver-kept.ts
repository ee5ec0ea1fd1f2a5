import { isOver } from '@waystation/core';
import type { Clock, Delivery } from '@waystation/core';
import type { MessageSender } from '../http/message-sender.ts';
import { mayHaveBeenSent } from '../journal/journal-entry.ts';
import type { OpenEntry } from '../journal/journal-entry.ts';
import type { EntryPlace } from '../journal/entry-place.ts';
import type { JournalStock } from '../journal/journal-stock.ts';
import { LateEnd } from '../journal/late-end.ts';
import { AttemptNotWritten } from '../journal/attempt-not-written.ts';
import { MessageRun } from '../journal/message-run.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
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
  /** Given the name of a message whose end is not known yet, and the promise of what becomes of it. */
  readonly onOpen?: ((name: string, end: Promise<SendResult>) => void) | undefined;
  readonly bootClock?: BootClock | undefined;
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

/** Whether a message that waits goes on waiting: our own limits stop it for a while only. */
function waitsOn(result: SendResult): boolean {
  const ownLimit = result.kind === 'number-limited' && result.index !== undefined;
  return mayComeLater(result) || result.kind === 'limited' || ownLimit;
}

/** The message that waits under a name; undefined where it is none any more, or cannot be read. */
export function findKept(stock: JournalStock, name: string): KeptMessage | undefined {
  const { entry, place } = stock.get(name) ?? {};
  if (entry?.state !== 'open' || place === undefined) return undefined;
  const { deliverBy } = entry;
  // Whatever may have been sent does not wait any more.
  if (deliverBy === undefined || entry.attempts.some(mayHaveBeenSent)) return undefined;
  return { entry: { ...entry, deliverBy }, place };
}

/** What a try came to, and whether its message goes on waiting. */
export interface KeptTry {
  readonly result: SendResult;
  readonly waits: boolean;
}

/** Sends a message that waited, once; what it came to stands in the journal when this resolves. */
export async function deliverKept(
  { name }: Delivery,
  kept: KeptMessage,
  timeoutMs: number,
  parts: KeptParts,
): Promise<KeptTry> {
  const { sender, onAgain, onOpen } = parts;
  const { message, route } = kept.entry.payload;
  const { id, deliverBy } = kept.entry;
  const run = runOf(name, kept, parts);
  const waits = (result: SendResult): boolean => run.delivery !== undefined && waitsOn(result);
  const late = new LateEnd({
    run,
    // Whoever stops waits for the tries; what comes after them is found by the next start.
    onWrite: (write) => void write.catch(() => undefined),
    keep: async (end) => {
      if (!waits(end) || !(await run.keepOn(end))) return end;
      onAgain(end);
      return { kind: 'pending', id, revision: end.revision, attempts: end.attempts, deliverBy };
    },
  });
  const result = await sender
    .send(message, {
      ...(route !== undefined && { route }),
      ...{ timeoutMs, id, attempts: run, deliverBy },
      onLate: (end) => void late.settle(end).catch(() => undefined),
      onOpen: (open) => {
        onOpen?.(
          name,
          open.then((end) => late.settle(end)),
        );
      },
    })
    .catch((error: unknown) => {
      if (error instanceof AttemptNotWritten) return run.keptBack(error);
      late.told();
      throw error;
    });
  // Where it goes on waiting it is found again by what stands of its attempts.
  const saved = waits(result) ? run.written() : run.end(result);
  late.told(saved);
  await saved;
  return { result, waits: waits(result) };
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
  { stock, clock, bootClock, mayStart }: Pick<KeptParts, 'stock' | 'clock' | 'bootClock' | 'mayStart'>,
): MessageRun {
  const { id, digest, payload, deadlineAt, deliverBy } = entry;
  return new MessageRun(
    { stock, clock, bootClock },
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

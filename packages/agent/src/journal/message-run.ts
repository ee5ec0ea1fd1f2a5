import type { Clock, Outcome, OutcomeClass } from '@waystation/core';
import { maskNumber, maskNumbers } from '../log/mask-numbers.ts';
import type { AttemptLog, AttemptStart } from '../send/attempt-log.ts';
import type { AttemptRecord, SendResult } from '../send/send-result.ts';
import type {
  DoneEntry,
  HeldEntry,
  JournalAttempt,
  JournalEntry,
  JournalPayload,
  OpenEntry,
} from './journal-entry.ts';
import type { EntryPlace, PlacedEntry } from './journal-file.ts';
import type { JournalStock } from './journal-stock.ts';

/** A message that is about to be sent under a key. */
export interface RunFacts {
  readonly id: string;
  /** The entry's name in the journal. */
  readonly name: string;
  readonly digest: string;
  readonly payload: JournalPayload;
  /** When the caller wants its answer, in wall-clock ms. */
  readonly deadlineAt: number;
}

/** A message held as unknown that is sent again, with its place. */
export interface HeldBefore {
  readonly entry: HeldEntry;
  readonly place: EntryPlace;
}

/** The journal did not take an attempt, so that attempt was not made. */
export class AttemptNotWritten extends Error {
  override readonly name = 'AttemptNotWritten';
}

/** One keyed message under way: writes each attempt before it is made, and its end. */
export class MessageRun implements AttemptLog {
  readonly #stock: JournalStock;
  readonly #clock: Clock;
  readonly #facts: RunFacts;
  readonly #receivedAt: number;
  readonly #attempts: JournalAttempt[] = [];
  #entry: OpenEntry | HeldEntry | undefined;
  #place: EntryPlace | undefined;
  /** The attempt that is being written down. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    { stock, clock }: { readonly stock: JournalStock; readonly clock: Clock },
    facts: RunFacts,
    before?: HeldBefore,
  ) {
    this.#stock = stock;
    this.#clock = clock;
    this.#facts = facts;
    this.#receivedAt = clock.wallTime();
    if (before === undefined) return;
    this.#entry = before.entry;
    this.#place = before.place;
    this.#attempts.push(...before.entry.attempts);
  }

  async starting({ candidate, outId, revision, route }: AttemptStart): Promise<void> {
    const { channel, host, account, credential } = candidate;
    const startedAt = this.#clock.wallTime();
    this.#attempts.push({ channel, host, account, credential, outId, startedAt });
    const { id, digest, payload, deadlineAt, name } = this.#facts;
    const entry: OpenEntry = {
      state: 'open',
      ...{ id, digest, payload, deadlineAt, revision },
      receivedAt: this.#receivedAt,
      takenBy: route,
      attempts: [...this.#attempts],
    };
    try {
      const written = this.#stock.put(name, entry, this.#place);
      this.#writing = written.catch(() => undefined);
      this.#place = await written;
      this.#entry = entry;
    } catch (cause) {
      this.#attempts.pop();
      throw new AttemptNotWritten('the journal did not take the attempt', { cause });
    }
  }

  ended(outcome: Outcome | undefined): void {
    const last = this.#attempts.pop();
    if (last === undefined || outcome === undefined) return;
    const { class: outcomeClass, code } = outcome;
    this.#attempts.push({ ...last, result: { class: outcomeClass, ...(code !== undefined && { code }) } });
  }

  /** What is true of the message where the journal kept an attempt back. */
  keptBack(cause: unknown): SendResult {
    const { id } = this.#facts;
    const facts = { id, revision: this.#entry?.revision ?? 0, attempts: this.#attempts.map(recordOf) };
    if (this.#attempts.some(({ result }) => result === undefined || result.class === 'unknown')) {
      return {
        ...facts,
        kind: 'unknown',
        reason: 'it may have been sent, and the journal took no further attempt',
      };
    }
    const why =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : 'unknown error';
    return {
      ...facts,
      kind: 'no-journal',
      reason: `nothing was sent: the journal cannot be written (${why})`,
      retryAfterMs: 5000,
    };
  }

  /** Writes how the message ended; the key is free again where nothing was sent. */
  async end(result: SendResult): Promise<void> {
    const { id, name, digest, payload } = this.#facts;
    const endedAt = this.#clock.wallTime();
    const kept = masked(result);
    // An end that overtook it would be overwritten by it.
    await this.#writing;
    const now = this.#now();
    const place = now?.place ?? this.#place;
    if (now !== undefined && this.#isOvertakenBy(now.entry) && result.kind !== 'accepted') return;
    if (result.kind === 'accepted' || result.kind === 'rejected') {
      const numbers = payload.message.phoneNumbers.map(maskNumber);
      const done: DoneEntry = { state: 'done', id, digest, numbers, result: kept, endedAt };
      await this.#stock.settle(name, done, place);
    } else if (this.#entry === undefined || place === undefined) {
      return;
    } else if (result.kind === 'unknown' || this.#attempts.some(isOpen)) {
      const held = {
        ...this.#entry,
        state: 'held' as const,
        attempts: this.#attempts,
        result: kept,
        endedAt,
      };
      await this.#stock.settle(name, held, place);
    } else {
      await this.#stock.remove(name, id, place);
    }
  }

  /** Whether a later run tried further: then only what is certain can be said over its head. */
  #isOvertakenBy(entry: JournalEntry): boolean {
    return entry.state === 'done' || entry.attempts.length > this.#attempts.length;
  }

  /** The entry by now: an end that was written before this one has moved it, a later run has gone on with it. */
  #now(): PlacedEntry | undefined {
    try {
      return this.#stock.get(this.#facts.name);
    } catch {
      return undefined;
    }
  }
}

/** An entry for a message without a key of which nobody knows whether it was sent; shown, never acted on. */
export function unknownEntry(payload: JournalPayload, result: SendResult, endedAt: number): DoneEntry {
  const numbers = payload.message.phoneNumbers.map(maskNumber);
  return { state: 'done', id: result.id, digest: '', numbers, result: masked(result), endedAt };
}

/** Providers may repeat a number in their words. */
function masked(result: SendResult): SendResult {
  return 'reason' in result ? { ...result, reason: maskNumbers(result.reason) } : result;
}

function isOpen({ result }: JournalAttempt): boolean {
  return result === undefined || result.class === 'unknown';
}

function recordOf({ channel, result }: JournalAttempt): AttemptRecord {
  const outcome: OutcomeClass = result?.class ?? 'unknown';
  return { channel, outcome, ...(result?.code !== undefined && { code: result.code }), ms: 0 };
}

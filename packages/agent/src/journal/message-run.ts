import type { Clock, Outcome, OutcomeClass, Revision } from '@waystation/core';
import { maskNumber, maskNumbers } from '../log/mask-numbers.ts';
import { bootInstant } from '../reconcile/boot-clock.ts';
import type { BootClock, BootInstant } from '../reconcile/boot-clock.ts';
import type { AttemptLog, AttemptStart, UnknownRule } from '../send/attempt-log.ts';
import type { AttemptRecord, SendResult } from '../send/send-result.ts';
import { isOpenAttempt, mayHaveBeenSent, withoutRecords } from './journal-entry.ts';
import type {
  DoneEntry,
  HeldEntry,
  JournalAttempt,
  JournalEntry,
  JournalPayload,
  OpenEntry,
} from './journal-entry.ts';
import type { EntryPlace, PlacedEntry } from './entry-place.ts';
import type { JournalStock } from './journal-stock.ts';
import type { KeptDelivery } from './kept-delivery.ts';

/** A message that is about to be sent under a key. */
export interface RunFacts {
  readonly id: string;
  /** The entry's name in the journal. */
  readonly name: string;
  readonly digest: string;
  readonly payload: JournalPayload;
  /** When the caller wants its answer, in wall-clock ms. */
  readonly deadlineAt: number;
  /** Until when it may be sent of our own accord, in wall-clock ms; absent: never. */
  readonly deliverBy?: number;
  /** Why no attempt may begin by now; undefined: it may. */
  readonly mayStart?: () => string | undefined;
}

/** What writing a message's attempts needs. */
export interface MessageRunDependencies {
  readonly stock: JournalStock;
  readonly clock: Clock;
  readonly bootClock?: BootClock | undefined;
}

/** A message that is known already, with its place. */
export interface EntryBefore {
  readonly entry: OpenEntry | HeldEntry;
  readonly place?: EntryPlace;
}

/** A message held as unknown that is sent again, with its place. */
export interface HeldBefore extends EntryBefore {
  readonly entry: HeldEntry;
  /** Absent: its entry is gone, since the provider's records prove that it was not sent. */
  readonly place?: EntryPlace;
}

/** The journal did not take an attempt, or it came too late, so that it was not made. */
export class AttemptNotWritten extends Error {
  override readonly name = 'AttemptNotWritten';
  /** What stood in its way, where that was not the journal. */
  readonly forbidden: string | undefined;

  constructor(
    message: string,
    { cause, forbidden }: { readonly cause?: unknown; readonly forbidden?: string },
  ) {
    super(message, { cause });
    this.forbidden = forbidden;
  }
}

/** Attempts that sent nothing and are remembered; the oldest are forgotten, as a message may be tried for a day. */
const mostRefused = 20;

/** One keyed message under way: writes each attempt before it is made, and its end. */
export class MessageRun implements AttemptLog {
  readonly #stock: JournalStock;
  readonly #clock: Clock;
  readonly #bootClock: BootClock | undefined;
  readonly #facts: RunFacts;
  readonly #receivedAt: number;
  readonly #attempts: JournalAttempt[] = [];
  /** How many attempts were made before this run. */
  #before = 0;
  #rule: UnknownRule | undefined;
  #entry: OpenEntry | HeldEntry | undefined;
  #place: EntryPlace | undefined;
  /** The last attempt's result on its way to the disk. */
  #noted: Promise<void> = Promise.resolve();

  constructor({ stock, clock, bootClock }: MessageRunDependencies, facts: RunFacts, before?: EntryBefore) {
    this.#stock = stock;
    this.#clock = clock;
    this.#bootClock = bootClock;
    this.#facts = facts;
    this.#receivedAt = before?.entry.state === 'open' ? before.entry.receivedAt : clock.wallTime();
    if (before === undefined) return;
    this.#entry = before.entry;
    this.#place = before.place;
    this.#before = before.entry.attempts.length;
    this.#attempts.push(...before.entry.attempts);
    // While the first attempts are in doubt, what their route said goes on.
    if (before.entry.attempts.some(isOpenAttempt)) this.#rule = before.entry.rule;
  }

  /** What waits where nothing could be sent yet; undefined: the message does not wait. */
  get delivery(): KeptDelivery | undefined {
    const { id, name, deliverBy } = this.#facts;
    if (deliverBy === undefined) return undefined;
    const proven = this.#attempts.some(({ result }) => result?.absent === true);
    if (proven && this.#entry?.rule?.afterReconcile === 'fail') return undefined;
    return { id, name, deliverBy };
  }

  /** Whether the disk knows of the message. */
  get isWritten(): boolean {
    return this.#entry !== undefined;
  }

  async starting(start: AttemptStart): Promise<void> {
    const forbidden = this.#facts.mayStart?.();
    if (forbidden !== undefined) throw new AttemptNotWritten('the attempt may not begin', { forbidden });
    await this.#noted;
    const { revision, route, rule } = start;
    this.#attempts.push(attemptOf(start, this.#clock.wallTime(), bootInstant(this.#bootClock)));
    try {
      await this.#put(this.#openEntry(revision, route, this.#rule ?? rule));
    } catch (cause) {
      this.#attempts.pop();
      throw new AttemptNotWritten('the journal did not take the attempt', { cause });
    }
  }

  mayBeWritten(): boolean {
    return this.#facts.mayStart?.() === undefined;
  }

  ended(outcome: Outcome | undefined): void {
    const last = this.#attempts.pop();
    if (last === undefined || outcome === undefined) return;
    const { class: outcomeClass, code, written } = outcome;
    const ended = bootInstant(this.#bootClock);
    const attempt = { ...last, ended, result: { class: outcomeClass, code, written: written || undefined } };
    this.#attempts.push(attempt);
    // A crash from here on must not find an attempt that may have been sent.
    if (!mayHaveBeenSent(attempt)) this.#noted = this.#note();
  }

  /** Writes that the message waits for another time; resolves once that is on the disk. */
  async keep(result: SendResult): Promise<void> {
    const entry = await this.#waiting(result);
    if (entry === undefined) throw new AttemptNotWritten('the message is over, or sent again', {});
    await this.#put(entry);
  }

  /**
   * As `keep`, for a message that its caller knows to wait: what the disk does not take is kept in memory until it
   * does. False: the message is over, or sent again.
   */
  async keepOn(result: SendResult): Promise<boolean> {
    const entry = await this.#waiting(result);
    if (entry === undefined) return false;
    this.#place = await this.#stock.settle(this.#facts.name, entry, this.#place);
    this.#entry = entry;
    return true;
  }

  /** The entry of a message that waits; undefined: a later run has gone on with it. */
  async #waiting({ revision, route = '' }: SendResult): Promise<OpenEntry | undefined> {
    await this.#noted;
    await this.#stock.idle(this.#facts.name);
    const now = this.#now();
    if (now !== undefined && this.#isOvertakenBy(now.entry)) return undefined;
    if (now !== undefined) this.#place = now.place;
    return this.#openEntry(revision, route, this.#rule ?? this.#entry?.rule);
  }

  absent(): void {
    // Of those before this run somebody else has to know.
    const own = this.#attempts.splice(this.#before);
    this.#attempts.push(...withoutRecords(own));
    this.#noted = this.#noted.then(() => this.#note());
  }

  /** Waits until what is known of the attempts is written, as far as it can be. */
  async written(): Promise<void> {
    await this.#noted;
    await this.#stock.idle(this.#facts.name);
  }

  reopen(): void {
    // What was proven of those before this run stays proven: nobody searches for them again.
    this.#reopenFrom(this.#before);
  }

  /** As `reopen`, with what was proven of the attempts before this run. */
  reopenAll(): void {
    this.#reopenFrom(0);
  }

  #reopenFrom(first: number): void {
    const attempts = this.#attempts.slice(first).map(({ result, ...rest }) => {
      if (result?.absent !== true) return { ...rest, ...(result && { result }) };
      const { class: outcomeClass, code, written } = result;
      const said = { ...(code !== undefined && { code }), ...(written && { written }) };
      return { ...rest, result: { class: outcomeClass, ...said } };
    });
    this.#attempts.splice(first, Infinity, ...attempts);
  }

  /** What is true of the message where the journal kept an attempt back. */
  keptBack(cause: unknown): SendResult {
    const { id } = this.#facts;
    const facts = { id, revision: this.#entry?.revision ?? 0, attempts: this.#attempts.map(recordOf) };
    if (this.#attempts.some(isOpenAttempt)) {
      return {
        ...facts,
        kind: 'unknown',
        reason: 'it may have been sent, and the journal took no further attempt',
      };
    }
    if (cause instanceof AttemptNotWritten && cause.forbidden !== undefined) {
      return { ...facts, kind: 'deadline', reason: `nothing was sent: ${cause.forbidden}` };
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
    await this.#noted;
    const { id, name, digest, payload } = this.#facts;
    const endedAt = this.#clock.wallTime();
    const kept = masked(result);
    // An end that overtook an attempt on its way to the disk would be overwritten by it.
    await this.#stock.idle(name);
    const now = this.#now();
    if (now !== undefined && this.#isOvertakenBy(now.entry) && result.kind !== 'accepted') return;
    if (now !== undefined) this.#place = now.place;
    if (result.kind === 'accepted' || result.kind === 'rejected' || this.#isShown(result)) {
      const numbers = payload.message.phoneNumbers.map(maskNumber);
      const done: DoneEntry = { state: 'done', id, digest, numbers, result: kept, endedAt };
      this.#place = await this.#stock.settle(name, done, this.#place);
    } else if (this.#entry === undefined || this.#place === undefined) {
      return;
    } else if (result.kind === 'unknown' || this.#attempts.some(isOpenAttempt)) {
      const held = {
        ...this.#entry,
        state: 'held' as const,
        attempts: this.#attempts,
        result: inDoubt(kept),
        endedAt,
      };
      this.#place = await this.#stock.settle(name, held, this.#place);
    } else {
      await this.#stock.remove(name, id, this.#place);
    }
  }

  /** Whether nobody waits for the answer any more, so that it has to be found later though nothing was sent. */
  #isShown({ kind }: SendResult): boolean {
    const known = this.#facts.deliverBy !== undefined && this.#place !== undefined;
    return known && kind !== 'unknown' && !this.#attempts.some(isOpenAttempt);
  }

  #openEntry(revision: Revision, takenBy: string, rule: UnknownRule | undefined): OpenEntry {
    const { id, digest, payload, deadlineAt, deliverBy } = this.#facts;
    const receivedAt = this.#receivedAt;
    const attempts = remembered(this.#attempts);
    const message = { id, digest, payload, receivedAt, deadlineAt, deliverBy };
    return { state: 'open', ...message, revision, takenBy, rule, attempts };
  }

  async #put(entry: OpenEntry): Promise<void> {
    this.#place = await this.#stock.put(this.#facts.name, entry, this.#place);
    this.#entry = entry;
  }

  /** Nothing is lost where the disk does not take it: the next write holds it too. */
  async #note(): Promise<void> {
    await this.#stock.idle(this.#facts.name);
    const now = this.#now();
    // What has ended since, or was sent again, is not to be opened by it.
    if (now?.entry.state !== 'open' || this.#isOvertakenBy(now.entry)) return;
    this.#place = now.place;
    await this.#put({ ...now.entry, attempts: remembered(this.#attempts) }).catch(() => undefined);
  }

  /** Whether a later run has gone on with the message: then only what is certain can be said over its head. */
  #isOvertakenBy(entry: JournalEntry): boolean {
    return entry.state === 'done' || entry.attempts.length > this.#attempts.length;
  }

  /** The entry by now: another run may have moved it. */
  #now(): PlacedEntry | undefined {
    try {
      return this.#stock.get(this.#facts.name);
    } catch {
      return undefined;
    }
  }
}

function attemptOf(
  { candidate, outId, unique, templateCode, lastsMs }: AttemptStart,
  startedAt: number,
  started: BootInstant | undefined,
): JournalAttempt {
  const { channel, host, account, credential } = candidate;
  return {
    channel,
    host,
    account,
    credential,
    outId,
    unique,
    templateCode,
    lastsMs,
    startedAt,
    started,
  };
}

/** All that may have been sent, and the newest of the others. */
function remembered(attempts: readonly JournalAttempt[]): readonly JournalAttempt[] {
  if (attempts.length <= mostRefused) return [...attempts];
  let surplus = attempts.filter((attempt) => !mayHaveBeenSent(attempt)).length - mostRefused;
  return attempts.filter((attempt) => mayHaveBeenSent(attempt) || --surplus < 0);
}

/** An entry for a message without a key of which nobody knows whether it was sent; shown, never acted on. */
export function unknownEntry(payload: JournalPayload, result: SendResult, endedAt: number): DoneEntry {
  const numbers = payload.message.phoneNumbers.map(maskNumber);
  return { state: 'done', id: result.id, digest: '', numbers, result: masked(result), endedAt };
}

/** What is told of a message one of whose attempts nobody knows of, whatever the last of them came to. */
function inDoubt(result: SendResult): SendResult {
  if (result.kind === 'unknown') return result;
  const { id, revision, route, attempts } = result;
  const reason = 'it may have been sent: nobody knows what became of one of its attempts';
  return { id, revision, ...(route !== undefined && { route }), attempts, kind: 'unknown', reason };
}

/** Providers may repeat a number in their words. */
function masked(result: SendResult): SendResult {
  return 'reason' in result ? { ...result, reason: maskNumbers(result.reason) } : result;
}

function recordOf({ channel, result }: JournalAttempt): AttemptRecord {
  const outcome: OutcomeClass = result?.class ?? 'unknown';
  const { code, written } = result ?? {};
  return { channel, outcome, ...(code !== undefined && { code }), ms: 0, ...(written && { written }) };
}

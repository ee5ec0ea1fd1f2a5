import type { Outcome } from '@waystation/core';
import { bootInstant } from '../reconcile/boot-clock.ts';
import type { BootClock, BootInstant } from '../reconcile/boot-clock.ts';
import type { AttemptStart } from '../send/attempt-log.ts';
import { isOpenAttempt, mayHaveBeenSent, withoutRecords } from './journal-entry.ts';
import type { JournalAttempt } from './journal-entry.ts';

/** Attempts that sent nothing and are remembered; the oldest are forgotten, as a message may be tried for a day. */
const mostRefused = 20;

/** The attempts of one message, oldest first: those before this run of it, and its own. */
export class RunAttempts {
  readonly #bootClock: BootClock | undefined;
  readonly #attempts: JournalAttempt[];
  /** How many were made before this run. */
  readonly #before: number;

  constructor(before: readonly JournalAttempt[], bootClock: BootClock | undefined) {
    this.#attempts = [...before];
    this.#before = before.length;
    this.#bootClock = bootClock;
  }

  get all(): readonly JournalAttempt[] {
    return this.#attempts;
  }

  /** Whether an entry's attempt is one of them. */
  has({ startedAt, channel }: JournalAttempt): boolean {
    return this.#attempts.some((one) => one.startedAt === startedAt && one.channel === channel);
  }

  /** Whether nobody knows what became of one of them. */
  get isOpen(): boolean {
    return this.#attempts.some(isOpenAttempt);
  }

  /** Whether the provider's records prove of one that it was not taken. */
  get isProven(): boolean {
    return this.#attempts.some(({ result }) => result?.absent === true);
  }

  /** All that may have been sent, and the newest of the others. */
  get remembered(): readonly JournalAttempt[] {
    const attempts = this.#attempts;
    if (attempts.length <= mostRefused) return [...attempts];
    let surplus = attempts.filter((attempt) => !mayHaveBeenSent(attempt)).length - mostRefused;
    return attempts.filter((attempt) => mayHaveBeenSent(attempt) || --surplus < 0);
  }

  begin(start: AttemptStart, startedAt: number): void {
    this.#attempts.push(attemptOf(start, startedAt, bootInstant(this.#bootClock)));
  }

  /** Forgets the last one, which was not made. */
  takeBack(): void {
    this.#attempts.pop();
  }

  /** Notes what the last one came to, or forgets it where it was not made; gives it as it is now. */
  end(outcome: Outcome | undefined): JournalAttempt | undefined {
    const last = this.#attempts.pop();
    if (last === undefined || outcome === undefined) return undefined;
    const { class: outcomeClass, code, written } = outcome;
    const ended = bootInstant(this.#bootClock);
    const result = { class: outcomeClass, code, written: written || undefined };
    const attempt: JournalAttempt = {
      channel: last.channel,
      host: last.host,
      account: last.account,
      credential: last.credential,
      outId: last.outId,
      unique: last.unique,
      templateCode: last.templateCode,
      lastsMs: last.lastsMs,
      startedAt: last.startedAt,
      started: last.started,
      ended,
      result,
    };
    this.#attempts.push(attempt);
    return attempt;
  }

  /** Notes that the provider's records prove that none was taken: of those before this run somebody else has to know. */
  absent(): void {
    const own = this.#attempts.splice(this.#before);
    this.#attempts.push(...withoutRecords(own));
  }

  /**
   * Forgets that records proved anything of the attempts of this run. What was proven of those before it stays proven:
   * nobody searches for them again.
   */
  reopen(): void {
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

import type { Clock, Message, Strategy } from '@waystation/core';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { pause } from '../pause.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { PastSearch } from '../reconcile/past-search.ts';
import { newMessageId } from '../send/message-id.ts';
import type { SendResult } from '../send/send-result.ts';
import { HeldSearches, searchesFor } from './held-searches.ts';
import type { HeldPlaced } from './held-searches.ts';
import { isOpenAttempt, withoutRecords } from './journal-entry.ts';
import { JournalDamage } from './journal-file.ts';
import type { PlacedEntry } from './journal-file.ts';
import type { JournalStock } from './journal-stock.ts';
import type { Journal } from './journal.ts';
import { LateEnd } from './late-end.ts';
import { AttemptNotWritten, MessageRun, unknownEntry } from './message-run.ts';
import type { HeldBefore } from './message-run.ts';
import { payloadText } from './payload-text.ts';

/** What sending with keys is built on. */
export interface JournalledSenderDependencies {
  readonly sender: MessageSender;
  readonly journal: Pick<Journal, 'opened'>;
  readonly clock: Clock;
  /** The strategy in force; absent while there is none. */
  readonly strategy: () => Strategy | undefined;
  /** Searches for what is held as unknown; absent: it stays so. */
  readonly past?: () => PastSearch;
  /** Absent: after a restart nobody knows how long ago an attempt was made. */
  readonly bootClock?: BootClock | undefined;
}

/** A key in use: by the first caller that came with it. */
interface Claim {
  id: string;
  readonly payload: string;
  result: Promise<SendResult>;
  /** Resolved once the key's end is written and the claim gone. */
  freed: Promise<void>;
}

interface Keyed {
  readonly key: string;
  readonly payload: string;
  readonly id: string;
  readonly message: Message;
  readonly options: SendOptions;
  /** On the monotonic clock. */
  readonly deadline: number;
}

/** In place of a claim's result until the claim is made. */
const pending = new Promise<never>(() => undefined);

/** While there is no strategy, nobody waits longer than this. */
const waitWithoutStrategyMs = 8000;

/** A sender that keeps what a key promises: at most one text, through crashes and retries. */
export class JournalledSender implements MessageSender {
  readonly #dependencies: JournalledSenderDependencies;
  readonly #claims = new Map<string, Claim>();
  readonly #ending = new Set<Promise<unknown>>();
  readonly #held: HeldSearches;
  #recovering = false;

  constructor(dependencies: JournalledSenderDependencies) {
    this.#dependencies = dependencies;
    this.#held = new HeldSearches(dependencies);
  }

  /** Searches once for what an earlier process left open; does nothing before there is a strategy to ask by. */
  async recover(): Promise<void> {
    const { journal, strategy, past } = this.#dependencies;
    if (this.#recovering || past === undefined || strategy() === undefined) return;
    this.#recovering = true;
    const opened = await journal.opened();
    if (!opened.open) {
      this.#recovering = false;
      return;
    }
    const recovered = this.#held.recover(opened.stock);
    this.#untilEnd(recovered);
    await recovered;
  }

  async send(message: Message, options: SendOptions): Promise<SendResult> {
    const { idempotencyKey: key, ...rest } = options;
    return key === undefined ? this.#unkeyed(message, rest) : this.#keyed(key, message, rest);
  }

  /** What is known of a message, as long as the journal keeps it. */
  async find(id: string): Promise<SendResult | undefined> {
    for (const claim of this.#claims.values()) if (claim.id === id) return inProgress(id);
    const opened = await this.#dependencies.journal.opened();
    const entry = opened.open ? opened.stock.find(id)?.entry : undefined;
    return entry?.state === 'open' ? inProgress(id) : entry?.result;
  }

  /** Waits until everything that has ended is written. */
  async settled(): Promise<void> {
    this.#held.endRecovery();
    await Promise.allSettled([...this.#ending]);
  }

  async #unkeyed(message: Message, options: SendOptions): Promise<SendResult> {
    let kept: Promise<void> = Promise.resolve();
    const onLate = (late: SendResult): void => {
      options.onLate?.(late);
      this.#untilEnd(kept.then(() => this.#keep(message, late)));
    };
    const result = await this.#dependencies.sender.send(message, { ...options, onLate });
    if (result.kind !== 'unknown') return result;
    kept = this.#keep(message, result);
    this.#untilEnd(kept);
    return result;
  }

  #untilEnd(work: Promise<unknown>): void {
    const ending: Promise<unknown> = work.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #keep(message: Message, result: SendResult): Promise<void> {
    const opened = await this.#dependencies.journal.opened();
    if (!opened.open || !opened.stock.makeRoom(0)) return;
    const entry = unknownEntry({ message }, result, this.#dependencies.clock.wallTime());
    const name = `id ${result.id}`;
    await opened.stock.settle(name, entry, opened.stock.get(name)?.place);
  }

  /** Everything up to the claim happens at once: two with one key never both find it free. */
  #keyed(key: string, message: Message, options: SendOptions, waited = false): Promise<SendResult> {
    const { clock, strategy } = this.#dependencies;
    const { timeoutMs = strategy()?.timeouts.totalMs ?? waitWithoutStrategyMs, route } = options;
    const deadline = clock.now() + timeoutMs;
    const payload = payloadText({ message, ...(route !== undefined && { route }) });
    const claimed = this.#claims.get(key);
    if (claimed !== undefined) {
      const again = (leftMs: number) =>
        waited ? undefined : this.#keyed(key, message, { ...options, timeoutMs: leftMs }, true);
      return this.#wait(claimed, payload, deadline, again);
    }
    const id = newMessageId(clock.wallTime());
    const free = (): void => {
      if (this.#claims.get(key) === claim) this.#claims.delete(key);
    };
    const claim: Claim = { id, payload, result: pending, freed: pending };
    this.#claims.set(key, claim);
    const taken = this.#take({ key, payload, id, message, options, deadline }, claim);
    claim.result = taken.then(({ result, saved }) => {
      if (saved === undefined) free();
      return result;
    });
    // The key stays claimed until its end stands in the journal: whoever asks before is told by the claim.
    const freed = taken.then(({ saved }) => saved).finally(free);
    claim.freed = freed.then(
      () => undefined,
      () => undefined,
    );
    this.#ending.add(freed);
    void freed.catch(() => undefined).then(() => this.#ending.delete(freed));
    return claim.result;
  }

  /** Waits for another's result; what stays unknown is taken up once that is written, by `again`. */
  async #wait(
    claim: Claim,
    payload: string,
    deadline: number,
    again: (leftMs: number) => Promise<SendResult> | undefined,
  ): Promise<SendResult> {
    if (claim.payload !== payload) return reused(claim.id);
    const { clock } = this.#dependencies;
    const done = new AbortController();
    const tooLate = pause(Math.max(0, deadline - clock.now()), [done.signal]).then(() => undefined);
    const result = await Promise.race([claim.result, tooLate]);
    if (result?.kind === 'unknown') await Promise.race([claim.freed, tooLate]);
    done.abort();
    if (result === undefined) return inProgress(claim.id);
    const leftMs = Math.round(deadline - clock.now());
    const taken = result.kind === 'unknown' && leftMs > 0 ? again(leftMs) : undefined;
    return taken ?? replayOf(result);
  }

  /** Decides by what the journal knows of the key, and sends where it is free. */
  async #take(keyed: Keyed, claim: Claim): Promise<Taken> {
    const { key, payload, id, deadline } = keyed;
    const { journal, clock } = this.#dependencies;
    const done = new AbortController();
    const tooLate = pause(Math.max(0, deadline - clock.now()), [done.signal]).then(
      () => ({ open: false, reason: 'the journal is still being opened' }) as const,
    );
    const opened = await Promise.race([journal.opened(), tooLate]);
    done.abort();
    if (!opened.open) return over(noJournal(id, opened.reason));
    const { stock } = opened;
    const name = `key ${stock.nameOf('key', key)}`;
    const digest = stock.nameOf('payload', payload);
    const found = lookUp(stock, name);
    if (found === 'damaged') return over(damaged(id));
    if (found === undefined) return this.#run(stock, keyed, { name, digest });
    claim.id = found.entry.id;
    if (found.entry.digest !== digest) return over(reused(found.entry.id));
    if (found.entry.state === 'done') return over(replayOf(found.entry.result));
    if (found.entry.state === 'open') return over(inProgress(found.entry.id));
    return this.#takeUp(stock, keyed, { name, digest }, { entry: found.entry, place: found.place });
  }

  /** A repeat of a message that is held as unknown: by what its own route said when it was sent. */
  async #takeUp(stock: JournalStock, keyed: Keyed, names: Names, held: HeldPlaced): Promise<Taken> {
    const { entry } = held;
    const { rule } = entry;
    if (rule?.onUnknownOutcome === 'resend') {
      await this.#held.stop(names.name);
      return this.#again(stock, keyed, names);
    }
    if (rule === undefined || !searchesFor(entry)) return over(entry.result);
    const waitMs = Math.max(0, keyed.deadline - this.#dependencies.clock.now());
    const done = new AbortController();
    const tooLate = pause(waitMs, [done.signal]).then(() => undefined);
    const result = await Promise.race([
      this.#held.resultOf(stock, names.name, held, keyed.deadline),
      tooLate,
    ]);
    done.abort();
    if (result === undefined) return over(entry.result);
    if (result.kind === 'unknown') {
      return rule.afterInconclusive === 'resend' ? this.#again(stock, keyed, names) : over(result);
    }
    if (result.kind !== 'no-channel' || rule.afterReconcile !== 'resend') return over(replayOf(result));
    const absent = { ...entry, attempts: withoutRecords(entry.attempts) };
    return this.#run(stock, keyed, names, { entry: absent });
  }

  /** Sends again what may have been sent, unless it is known by now. */
  async #again(stock: JournalStock, keyed: Keyed, names: Names): Promise<Taken> {
    const found = lookUp(stock, names.name);
    if (found === 'damaged') return over(damaged(keyed.id));
    if (found === undefined) return this.#run(stock, keyed, names);
    const { entry, place } = found;
    if (entry.state === 'open') return over(inProgress(entry.id));
    if (entry.state === 'done') return over(replayOf(entry.result));
    return this.#run(stock, keyed, names, { entry, place });
  }

  /** Sends, or sends again what the route wants sent again. */
  async #run(stock: JournalStock, keyed: Keyed, names: Names, before?: HeldBefore): Promise<Taken> {
    const { clock, sender, bootClock } = this.#dependencies;
    const { id, message, options, deadline, payload } = keyed;
    const doubt = before?.entry.attempts.some(isOpenAttempt) === true ? before.entry.result : undefined;
    if (!stock.makeRoom(payload.length)) {
      return over(doubt ?? noJournal(id, 'messages of open end fill the journal'));
    }
    const { route } = options;
    const timeoutMs = Math.max(1, Math.round(deadline - clock.now()));
    const facts = {
      ...names,
      id: before?.entry.id ?? id,
      payload: { message, ...(route !== undefined && { route }) },
      deadlineAt: clock.wallTime() + timeoutMs,
    };
    const run = new MessageRun({ stock, clock, bootClock }, facts, before);
    const late = this.#lateEnd(run, doubt);
    let result: SendResult;
    try {
      result = await sender.send(message, {
        // A caller who hangs up cancels nothing: the key outlives the connection.
        ...unsignalled(options),
        ...{ timeoutMs, id: facts.id, attempts: run },
        onLate: (end) => {
          options.onLate?.(end);
          void late.settle(end);
        },
        onOpen: (open) => {
          this.#held.adopt(
            names.name,
            open.then((end) => late.settle(end)),
          );
        },
      });
    } catch (error) {
      if (!(error instanceof AttemptNotWritten)) {
        late.told();
        throw error;
      }
      result = run.keptBack(error);
    }
    if (before !== undefined) result = afterBefore(run, before, doubt !== undefined, result);
    const saved = run.end(result);
    late.told(saved);
    return { result, saved };
  }

  #lateEnd(run: MessageRun, inDoubt: SendResult | undefined): LateEnd {
    const onWrite = (write: Promise<unknown>): void => {
      this.#untilEnd(write);
    };
    return new LateEnd({ run, onWrite, ...(inDoubt && { inDoubt }) });
  }
}

/** What holds of a message that was sent again: the first time may have reached somebody, whatever was said now. */
function afterBefore(
  run: MessageRun,
  { entry }: HeldBefore,
  inDoubt: boolean,
  result: SendResult,
): SendResult {
  // A limit may come of the very text that nobody found.
  const open = inDoubt || result.kind === 'number-limited';
  if (!open || result.kind === 'accepted') return result;
  run.reopen();
  return { ...entry.result, attempts: [...entry.result.attempts, ...result.attempts] };
}

interface Names {
  readonly name: string;
  readonly digest: string;
}

function unsignalled(options: SendOptions): SendOptions {
  const rest: { -readonly [Name in keyof SendOptions]: SendOptions[Name] } = { ...options };
  delete rest.signal;
  return rest;
}

/** Nothing is sent under a key whose entry cannot be read. */
function lookUp(stock: JournalStock, name: string): PlacedEntry | 'damaged' | undefined {
  try {
    return stock.get(name);
  } catch (error) {
    if (error instanceof JournalDamage) return 'damaged';
    throw error;
  }
}

/** How a keyed message ended; `saved` resolves when that is written, where there is anything to write. */
interface Taken {
  readonly result: SendResult;
  readonly saved?: Promise<void>;
}

function over(result: SendResult): Taken {
  return { result };
}

function replayOf(result: SendResult): SendResult {
  return result.kind === 'accepted' || result.kind === 'rejected' ? { ...result, replayed: true } : result;
}

function inProgress(id: string): SendResult {
  return {
    ...nothingYet(id),
    kind: 'in-progress',
    reason: 'The first request with this key is still under way.',
  };
}

function reused(id: string): SendResult {
  const reason = 'This key was used for another message: a key belongs to one message for ever.';
  return { ...nothingYet(id), kind: 'key-reused', reason };
}

function damaged(id: string): SendResult {
  return noJournal(id, 'what the journal knows of this key cannot be read');
}

function noJournal(id: string, why: string): SendResult {
  return {
    ...nothingYet(id),
    kind: 'no-journal',
    reason: `nothing was sent for this request: ${why}`,
    retryAfterMs: 5000,
  };
}

function nothingYet(id: string) {
  return { id, revision: 0, attempts: [] };
}

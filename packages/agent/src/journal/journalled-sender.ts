import type { Clock, Message, Strategy } from '@waystation/core';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { aliyunBizId, idOfGatewayBizId } from '../http/sent-message.ts';
import type { SentMessage } from '../http/sent-message.ts';
import { pause } from '../pause.ts';
import { newMessageId } from '../send/message-id.ts';
import type { SendResult } from '../send/send-result.ts';
import type { HeldEntry } from './journal-entry.ts';
import { JournalDamage } from './journal-file.ts';
import type { PlacedEntry } from './journal-file.ts';
import type { JournalStock } from './journal-stock.ts';
import type { Journal } from './journal.ts';
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
}

/** A key in use: by the first caller that came with it. */
interface Claim {
  id: string;
  readonly payload: string;
  result: Promise<SendResult>;
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
const pending = new Promise<SendResult>(() => undefined);

/** While there is no strategy, nobody waits longer than this. */
const waitWithoutStrategyMs = 8000;

/** A sender that keeps what a key promises: at most one text, through crashes and retries. */
export class JournalledSender implements MessageSender {
  readonly #dependencies: JournalledSenderDependencies;
  readonly #claims = new Map<string, Claim>();
  readonly #ending = new Set<Promise<unknown>>();

  constructor(dependencies: JournalledSenderDependencies) {
    this.#dependencies = dependencies;
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

  /** What the journal knows of a message that was taken, by the BizId that its sender was told. */
  async findSent(bizId: string): Promise<SentMessage | undefined> {
    const opened = await this.#dependencies.journal.opened();
    if (!opened.open) return undefined;
    const own = idOfGatewayBizId(bizId);
    const placed = own === undefined ? opened.stock.findByBizId(bizId) : opened.stock.find(own);
    const entry = placed?.entry;
    if (entry?.state !== 'done' || entry.result.kind !== 'accepted') return undefined;
    const { id, channel } = entry.result;
    const fits = aliyunBizId(entry.result) === (own === undefined ? bizId : undefined);
    return fits ? { id, channel, numbers: entry.numbers } : undefined;
  }

  /** Waits until everything that has ended is written. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#ending]);
  }

  async #unkeyed(message: Message, options: SendOptions): Promise<SendResult> {
    const result = await this.#dependencies.sender.send(message, options);
    if (result.kind !== 'unknown') return result;
    const kept = this.#keepUnknown(message, result).finally(() => this.#ending.delete(kept));
    this.#ending.add(kept);
    return result;
  }

  async #keepUnknown(message: Message, result: SendResult): Promise<void> {
    const opened = await this.#dependencies.journal.opened();
    if (!opened.open || !opened.stock.makeRoom(0)) return;
    const entry = unknownEntry({ message }, result, this.#dependencies.clock.wallTime());
    await opened.stock.settle(`id ${result.id}`, entry);
  }

  /** Everything up to the claim happens at once: two with one key never both find it free. */
  #keyed(key: string, message: Message, options: SendOptions): Promise<SendResult> {
    const { clock, strategy } = this.#dependencies;
    const { timeoutMs = strategy()?.timeouts.totalMs ?? waitWithoutStrategyMs, route } = options;
    const deadline = clock.now() + timeoutMs;
    const payload = payloadText({ message, ...(route !== undefined && { route }) });
    const claimed = this.#claims.get(key);
    if (claimed !== undefined) return this.#wait(claimed, payload, timeoutMs);
    const id = newMessageId(clock.wallTime());
    const free = (): void => {
      if (this.#claims.get(key) === claim) this.#claims.delete(key);
    };
    const claim: Claim = { id, payload, result: pending };
    this.#claims.set(key, claim);
    const taken = this.#take({ key, payload, id, message, options, deadline }, claim);
    claim.result = taken.then(({ result, saved }) => {
      if (saved === undefined) free();
      return result;
    });
    // The key stays claimed until its end stands in the journal: whoever asks before is told by the claim.
    const freed = taken.then(({ saved }) => saved).finally(free);
    this.#ending.add(freed);
    void freed.catch(() => undefined).then(() => this.#ending.delete(freed));
    return claim.result;
  }

  async #wait(claim: Claim, payload: string, timeoutMs: number): Promise<SendResult> {
    if (claim.payload !== payload) return reused(claim.id);
    const done = new AbortController();
    const tooLate = pause(timeoutMs, [done.signal]).then(() => inProgress(claim.id));
    const result = await Promise.race([claim.result, tooLate]);
    done.abort();
    return replayOf(result);
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
    if (found === 'damaged') return over(noJournal(id, 'what the journal knows of this key cannot be read'));
    if (found === undefined) return this.#run(stock, keyed, { name, digest });
    claim.id = found.entry.id;
    if (found.entry.digest !== digest) return over(reused(found.entry.id));
    if (found.entry.state === 'done') return over(replayOf(found.entry.result));
    if (found.entry.state === 'open') return over(inProgress(found.entry.id));
    if (!this.#resends(found.entry)) return over(found.entry.result);
    return this.#run(stock, keyed, { name, digest }, { entry: found.entry, place: found.place });
  }

  /** Sends, or sends again what the route wants sent again. */
  async #run(
    stock: JournalStock,
    { id, message, options, deadline, payload }: Keyed,
    names: { readonly name: string; readonly digest: string },
    before?: HeldBefore,
  ): Promise<Taken> {
    const { clock, sender } = this.#dependencies;
    if (!stock.makeRoom(payload.length)) return over(noJournal(id, 'messages of open end fill the journal'));
    const { route } = options;
    const timeoutMs = Math.max(1, Math.round(deadline - clock.now()));
    const facts = {
      ...names,
      id: before?.entry.id ?? id,
      payload: { message, ...(route !== undefined && { route }) },
      deadlineAt: clock.wallTime() + timeoutMs,
    };
    const run = new MessageRun({ stock, clock }, facts, before);
    let saved: Promise<void> = Promise.resolve();
    const onLate = (late: SendResult): void => {
      options.onLate?.(late);
      // What was said the second time says nothing of the first.
      if (before !== undefined && late.kind !== 'accepted') return;
      const settled = saved.then(() => run.end(late)).finally(() => this.#ending.delete(settled));
      this.#ending.add(settled);
    };
    // A caller who hangs up cancels nothing: the key outlives the connection.
    let result: SendResult;
    try {
      result = await sender.send(message, {
        ...unsignalled(options),
        timeoutMs,
        id: facts.id,
        attempts: run,
        onLate,
      });
    } catch (error) {
      if (!(error instanceof AttemptNotWritten)) throw error;
      result = run.keptBack(error);
    }
    // The first time may have reached somebody, whatever was said of the second.
    if (before !== undefined && result.kind !== 'accepted') {
      const attempts = [...before.entry.result.attempts, ...result.attempts];
      result = { ...before.entry.result, attempts };
    }
    saved = run.end(result);
    return { result, saved };
  }

  #resends({ result: { route: name } }: HeldEntry): boolean {
    const route = this.#dependencies.strategy()?.routes.find((one) => one.name === name);
    return route?.onUnknownOutcome === 'resend';
  }
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

function noJournal(id: string, why: string): SendResult {
  return { ...nothingYet(id), kind: 'no-journal', reason: `nothing was sent: ${why}`, retryAfterMs: 5000 };
}

function nothingYet(id: string) {
  return { id, revision: 0, attempts: [] };
}

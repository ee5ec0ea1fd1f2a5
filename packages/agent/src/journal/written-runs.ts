import type { Clock, Draft, Message } from '@waystation/core';
import { tooLate } from '../deliver/deliver-kept.ts';
import type { Deliveries } from '../deliver/deliveries.ts';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { pause } from '../pause.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { SendResult } from '../send/send-result.ts';
import type { HeldSearches } from './held-searches.ts';
import { isOpenAttempt } from './journal-entry.ts';
import type { JournalStock } from './journal-stock.ts';
import { keepUntil } from './keep-until.ts';
import { noJournal } from './key-answers.ts';
import { LateEnd } from './late-end.ts';
import { AttemptNotWritten } from './attempt-not-written.ts';
import { MessageRun } from './message-run.ts';
import type { HeldBefore, RunFacts } from './run-facts.ts';

/** What messages that are written down are sent with. */
export interface WrittenRunsDependencies {
  readonly sender: MessageSender;
  readonly clock: Clock;
  /** Absent: after a restart nobody knows how long ago an attempt was made. */
  readonly bootClock?: BootClock | undefined;
  /** Sends later what could not be sent at once; absent: nothing is. */
  readonly deliveries?: Pick<Deliveries, 'hasRoom' | 'add' | 'watchUntil'>;
}

/** Who else has to know of such messages. */
interface Around {
  readonly held: Pick<HeldSearches, 'adopt'>;
  /** Told of writes that must be over before the journal closes. */
  readonly onWrite: (write: Promise<unknown>) => void;
}

/** A message that is written down. */
export interface WrittenMessage {
  /** Absent: it stands under its id, and ends with its caller as long as nothing was written. */
  readonly key?: string;
  readonly payload: string;
  readonly id: string;
  readonly message: Message;
  readonly options: SendOptions;
  /** On the monotonic clock. */
  readonly deadline: number;
}

/** Where a message stands in the journal, and what it must be. */
export interface Names {
  readonly name: string;
  readonly digest: string;
}

/** How a message ended; `saved` resolves when that is written, where there is anything to write. */
export interface Taken {
  readonly result: SendResult;
  readonly saved?: Promise<void>;
}

/** An end of which nothing has to be written. */
export function over(result: SendResult): Taken {
  return { result };
}

/** How long after a caller's deadline the disk may still take an end; no answer comes later than 50 ms after it. */
const graceMs = 40;

/** Sends messages each of whose attempts is written down before it is made. */
export class WrittenRuns {
  readonly #dependencies: WrittenRunsDependencies;
  readonly #around: Around;

  constructor(dependencies: WrittenRunsDependencies, around: Around) {
    this.#dependencies = dependencies;
    this.#around = around;
  }

  /** Sends, or sends again what the route wants sent again. */
  run(stock: JournalStock, written: WrittenMessage, names: Names, before?: HeldBefore): Promise<Taken> {
    const taken = this.#run(stock, written, names, before);
    // Its time was given by the clock as it was when it came in; it may wait once this is over.
    if (written.options.deliverBy !== undefined) this.#dependencies.deliveries?.watchUntil(taken);
    return taken;
  }

  async #run(
    stock: JournalStock,
    written: WrittenMessage,
    names: Names,
    before: HeldBefore | undefined,
  ): Promise<Taken> {
    const { clock, sender, bootClock, deliveries } = this.#dependencies;
    const { id, message, deadline, payload } = written;
    const { options } = written;
    // A caller who hangs up cancels nothing that has a key: it outlives the connection.
    const signal = written.key === undefined ? options.signal : undefined;
    const doubt = before?.entry.attempts.some(isOpenAttempt) === true ? before.entry.result : undefined;
    if (!stock.makeRoom(payload.length)) {
      return over(doubt ?? noJournal(id, 'messages of open end fill the journal'));
    }
    const timeoutMs = Math.max(1, Math.round(deadline - clock.now()));
    const facts = factsOf(names, before?.entry.id ?? id, written, timeoutMs, clock);
    const run = new MessageRun({ stock, clock, bootClock }, facts, before);
    const keep = this.#keeper(run, before, signal);
    const { held, onWrite } = this.#around;
    const overall = (end: SendResult): SendResult =>
      before === undefined ? end : afterBefore(run, before, doubt !== undefined, end);
    const late = new LateEnd({ run, keep, onWrite, overall });
    let result: SendResult;
    try {
      const asked: Draft<SendOptions> = {
        signal,
        timeoutMs,
        id: facts.id,
        attempts: run,
        counted: doubt !== undefined,
        onLate: (end) => {
          // Another run may have gone on with the message: then only what is certain is told by this one.
          if (end.kind === 'accepted') options.onLate?.(end);
          void late.settle(end).then((told) => {
            if (end.kind !== 'accepted') tellLate(options, told);
          });
        },
        onOpen: (open) => {
          const end = open.then((known) => late.settle(known));
          held.adopt(names.name, end);
          if (facts.deliverBy !== undefined) deliveries?.watchUntil(end);
        },
      };
      passOn(options, asked);
      result = await sender.send(message, asked);
    } catch (error) {
      if (!(error instanceof AttemptNotWritten)) {
        late.told();
        throw error;
      }
      result = run.keptBack(error);
    }
    result = overall(result);
    if (run.delivery !== undefined) result = await keep(result);
    const saved = result.kind === 'pending' ? Promise.resolve() : run.end(result);
    late.told(saved);
    const isTold = run.tellable(result) === result;
    return { result: isTold ? result : await this.#onceOver(run, result, saved, written), saved };
  }

  /** What is told of an end that must be on the disk first: by the caller's deadline, and later where that is not. */
  async #onceOver(
    run: MessageRun,
    result: SendResult,
    saved: Promise<void>,
    { deadline, options }: WrittenMessage,
  ): Promise<SendResult> {
    const leftMs = Math.max(0, deadline - this.#dependencies.clock.now());
    const done = new AbortController();
    await Promise.race([saved, pause(leftMs + graceMs, [done.signal])]);
    done.abort();
    const told = run.tellable(result);
    if (told !== result) {
      void saved.then(() => {
        tellLate(options, run.tellable(result));
      });
    }
    return told;
  }

  /** Lets a message wait that has a time to be delivered by; one that was held has its end. */
  #keeper(
    run: MessageRun,
    before: HeldBefore | undefined,
    signal: SendOptions['signal'],
  ): (end: SendResult) => Promise<SendResult> {
    const { clock, deliveries } = this.#dependencies;
    if (before !== undefined) return (end) => Promise.resolve(end);
    const isCalledOff = (): boolean => signal?.aborted === true;
    return (end) => keepUntil(end, { run, deliveries, wallTime: clock.wallTime(), isCalledOff });
  }
}

/** Sets what the sender is told as the caller said it. */
function passOn(
  { route, traceparent, deliverBy, idempotencyKey }: SendOptions,
  asked: Draft<SendOptions>,
): void {
  if (route !== undefined) asked.route = route;
  if (traceparent !== undefined) asked.traceparent = traceparent;
  if (deliverBy !== undefined) asked.deliverBy = deliverBy;
  if (idempotencyKey !== undefined) asked.idempotencyKey = idempotencyKey;
}

function factsOf(
  { name, digest }: Names,
  id: string,
  { message, options }: WrittenMessage,
  timeoutMs: number,
  clock: Clock,
): RunFacts {
  const { route, deliverBy } = options;
  const payload = route === undefined ? { message } : { message, route };
  const facts = { id, name, digest, payload, deadlineAt: clock.wallTime() + timeoutMs };
  if (deliverBy === undefined) return facts;
  return { ...facts, deliverBy, mayStart: () => tooLate(deliverBy, clock.wallTime()) };
}

/** What is under way again is told by the journal, and by whoever sends it. */
function tellLate({ onLate }: SendOptions, told: SendResult): void {
  if (told.kind !== 'in-progress') onLate?.(told);
}

/** What holds of a message that was sent again: the first time may have reached somebody, whatever was said now. */
function afterBefore(
  run: MessageRun,
  { entry }: HeldBefore,
  inDoubt: boolean,
  result: SendResult,
): SendResult {
  // A provider's limit may come of the very text that nobody found; our own, which names the number, does not.
  const open = inDoubt || (result.kind === 'number-limited' && result.index === undefined);
  if (!open || result.kind === 'accepted') return result;
  run.reopenAll();
  return { ...entry.result, attempts: [...entry.result.attempts, ...result.attempts] };
}

import type { Message } from '@waystation/core';
import { lastStartMs, parsePhoneNumbers } from '@waystation/core';
import { phonesOf } from './history.ts';
import type { Call, MessageShape } from './history.ts';
import type { ModelledProcess } from './modelled-process.ts';
import { codeOf } from './modelled-request.ts';
import type { Answer, Told } from './told.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Where callers live. */
export interface CallerParts {
  readonly time: VirtualTime;
  /** The process that answers now; undefined: none. */
  readonly process: () => ModelledProcess | undefined;
  readonly onTold: (told: Told) => void;
}

/** An application that wants one message sent, and comes again with it as long as it was not told the end. */
export class Caller {
  readonly #parts: CallerParts;
  readonly #call: Call;
  readonly #shape: MessageShape;
  readonly #number: number;
  #tries = 0;
  #deliverBy: number | undefined;
  #open: ((answer: Answer) => void) | undefined;

  constructor(parts: CallerParts, call: Call, shape: MessageShape, number: number) {
    this.#parts = parts;
    this.#call = call;
    this.#shape = shape;
    this.#number = number;
  }

  start(): void {
    this.#parts.time.after(this.#call.atMs, () => {
      this.#try();
    });
  }

  /** Whether it waits for an answer now. */
  get waiting(): boolean {
    return this.#open !== undefined;
  }

  /** The process has ended. */
  drop(): void {
    this.#open?.({ kind: 'dropped' });
  }

  #try(): void {
    const { time, onTold } = this.#parts;
    const { key, timeoutMs, repeats, pauseMs } = this.#call;
    this.#tries += 1;
    // Without a key, who comes again comes with another message.
    const tag =
      key === undefined ? `call-${String(this.#number)}.${String(this.#tries)}` : `key-${String(key)}`;
    const calledAt = time.now();
    const deliverBy = this.#timeToDeliverBy();
    void this.#ask(tag, deliverBy).then(({ answer, hungUpAt, blocked }) => {
      const facts = { tag, keyed: key !== undefined, calledAt, deadline: calledAt + timeoutMs };
      onTold({
        ...facts,
        numbers: phonesOf(this.#shape),
        ...(deliverBy !== undefined && { deliverBy }),
        ...(hungUpAt !== undefined && { hungUpAt }),
        toldAt: time.now(),
        toldTurn: time.turn(),
        answer,
        blocked,
      });
      if (isOver(answer, key !== undefined) || this.#tries > repeats) return;
      time.after(pauseMs, () => {
        this.#try();
      });
    });
  }

  /** The same at each try; no time that is too near to be taken. */
  #timeToDeliverBy(): number | undefined {
    const { deliverInMs } = this.#call;
    if (deliverInMs === undefined) return undefined;
    const now = this.#parts.time.wallTime();
    this.#deliverBy ??= now + deliverInMs;
    return this.#deliverBy - now > lastStartMs ? this.#deliverBy : undefined;
  }

  async #ask(
    tag: string,
    deliverBy: number | undefined,
  ): Promise<{ readonly answer: Answer; readonly hungUpAt?: number; readonly blocked: readonly string[] }> {
    const { time } = this.#parts;
    const process = this.#parts.process();
    if (process === undefined) return { answer: { kind: 'refused' }, blocked: [] };
    const { key, timeoutMs, hungUpMs } = { hungUpMs: this.#call.hangUpMs, ...this.#call };
    const connection = new AbortController();
    let hungUpAt: number | undefined;
    let tell: (answer: Answer) => void = () => undefined;
    const answer = new Promise<Answer>((resolve) => {
      tell = resolve;
      this.#open = resolve;
      if (hungUpMs === undefined) return;
      time.after(hungUpMs, () => {
        hungUpAt = time.now();
        connection.abort();
        resolve({ kind: 'hung-up' });
      });
    });
    const options = {
      timeoutMs,
      signal: connection.signal,
      ...(key !== undefined && { idempotencyKey: String(key) }),
      ...(deliverBy !== undefined && { deliverBy }),
    };
    void process.send(messageOf(tag, this.#shape), options).then((result) => {
      if (process.life.happens('caller answered')) tell({ kind: 'result', result });
    });
    const first = await answer;
    this.#open = undefined;
    const { blocked } = process;
    return { answer: first, ...(hungUpAt !== undefined && { hungUpAt }), blocked };
  }
}

/** Whether a caller need not come again. */
function isOver(answer: Answer, keyed: boolean): boolean {
  if (answer.kind !== 'result') return false;
  const { kind } = answer.result;
  // With a key it may ask again what became of a message that waits.
  const waits = kind === 'pending' && !keyed;
  return waits || kind === 'accepted' || kind === 'rejected' || kind === 'expired' || kind === 'key-reused';
}

/** Messages go to the same few phones, each with a code of its own that tells it apart. */
function messageOf(tag: string, shape: MessageShape): Message {
  const numbers = parsePhoneNumbers(phonesOf(shape).join(','));
  if (!numbers.ok) throw new Error(numbers.reason);
  const { phoneNumbers, e164 } = numbers;
  const content = { signName: 'sign', templateCode: 'SMS_1', templateParam: { code: tag } };
  const { outId, form } = shape;
  const texts = phoneNumbers.map((_, at) => ({
    signName: content.signName,
    templateParam: { code: codeOf(tag, at) },
  }));
  const facts = {
    ...content,
    ...(outId !== undefined && { outId }),
    ...(form === 'batch' && { batch: { texts } }),
  };
  return { phoneNumbers, e164, ...facts };
}

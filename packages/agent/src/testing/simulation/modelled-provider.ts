import type { Random } from '@waystation/core';
import type { HttpAnswer, HttpRequest } from '../../provider/transport/http-message.ts';
import type { History, Manner } from './history.ts';
import { recordsBody } from './modelled-records.ts';
import { readSendRequest } from './modelled-request.ts';
import type { SendRequest } from './modelled-request.ts';
import type { Phones } from './phones.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What comes back on a connection: an answer, or its end. */
export type Reply = { readonly answer: HttpAnswer } | 'reset';

/** A request on its way. */
export interface Delivery {
  readonly request: HttpRequest;
  readonly channel: string;
  readonly host: number;
  readonly account: number;
  readonly manner: Manner | undefined;
  /** Called at most once; never where the answer is lost. */
  readonly onReply: (reply: Reply) => void;
}

/** A provider with several hosts, and the phones behind it. */
export class ModelledProvider {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #phones: Phones;
  readonly #history: History;
  #taken = 0;

  constructor(
    parts: { readonly time: VirtualTime; readonly random: Random; readonly phones: Phones },
    history: History,
  ) {
    this.#time = parts.time;
    this.#random = parts.random;
    this.#phones = parts.phones;
    this.#history = history;
  }

  /** How a host behaves towards the next request; undefined: well. */
  mannerOf(host: number): Manner | undefined {
    const now = this.#time.now();
    const phase = this.#history.phases.find(
      (each) => each.host === host && now >= each.fromMs && now < each.fromMs + each.forMs,
    );
    return phase !== undefined && this.#random() * 100 < phase.percent ? phase.manner : undefined;
  }

  /** Some milliseconds on the way. */
  travelMs(): number {
    return 1 + Math.floor(this.#random() * 30);
  }

  /** Delivers what was put on a socket just now. */
  deliver(delivery: Delivery): void {
    const { manner, request, onReply } = delivery;
    const send = readSendRequest(request);
    const take = send && this.#write(send, delivery);
    if (manner?.kind === 'loses-request') return;
    const lateMs = manner?.kind === 'takes-late' ? manner.ms : 0;
    this.#time.after(this.travelMs() + lateMs, () => {
      const reply = this.#reactTo(manner, take ?? (() => undefined), () =>
        take === undefined ? this.#recordsOf(delivery) : this.#accepted(),
      );
      if (reply === undefined) return;
      const answerMs = manner?.kind === 'answers-late' ? manner.ms : 0;
      this.#time.after(this.travelMs() + answerMs, () => {
        onReply(reply);
      });
    });
  }

  /** A channel of one process has so many requests to send under way. */
  noteAtOnce(channel: string, count: number): void {
    this.#phones.noteAtOnce(channel, count);
  }

  /** Notes that a send was written, and gives what takes its text. */
  #write(send: SendRequest, { channel }: Delivery): () => void {
    const { tag, numbers, batch } = send;
    const writtenAt = this.#time.now();
    const writtenTurn = this.#time.turn();
    this.#phones.noteWritten({ tag, channel, numbers, batch, at: writtenAt, wall: this.#time.wallTime() });
    return () => {
      const taken = { takenAt: this.#time.now(), takenWall: this.#time.trueTime() };
      this.#phones.take({ ...send, channel, writtenAt, writtenTurn, ...taken });
    };
  }

  #recordsOf({ request, host, account }: Delivery): Readonly<Record<string, unknown>> {
    const parts = { phones: this.#phones, history: this.#history };
    return recordsBody(parts, request, { host, account, now: this.#time.now() });
  }

  #accepted(): Readonly<Record<string, unknown>> {
    this.#taken += 1;
    return { Code: 'OK', Message: 'OK', BizId: String(this.#taken), RequestId: 'r' };
  }

  #reactTo(
    manner: Manner | undefined,
    take: () => void,
    body: () => Readonly<Record<string, unknown>>,
  ): Reply | undefined {
    switch (manner?.kind) {
      case 'says':
        if (manner.took) take();
        return this.#answer(manner.status, { Code: manner.code, Message: 'refused' });
      case 'throttles': {
        const headers = { 'x-acs-retry-after': String(manner.retryAfterMs) };
        return this.#answer(400, { Code: 'Throttling.User', Message: 'too fast' }, headers);
      }
      case 'resets':
        if (manner.took) take();
        return 'reset';
      case 'says-html':
        if (manner.took) take();
        return { answer: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' } };
      case 'loses-answer':
        take();
        return undefined;
      default:
        take();
        return this.#answer(200, body());
    }
  }

  #answer(
    status: number,
    body: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, string>> = {},
  ): Reply {
    const headers = { date: new Date(this.#time.trueTime()).toUTCString(), ...more };
    return { answer: { status, headers, body: JSON.stringify(body) } };
  }
}

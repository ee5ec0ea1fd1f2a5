import type { Random } from '@waystation/core';
import { z } from 'zod';
import type { HttpAnswer, HttpRequest } from '../../provider/transport/http-message.ts';
import type { History, Manner } from './history.ts';
import type { Phones } from './phones.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What comes back on a connection: an answer, or its end. */
export type Reply = { readonly answer: HttpAnswer } | 'reset';

/** A request on its way. */
export interface Delivery {
  readonly request: HttpRequest;
  readonly channel: string;
  readonly manner: Manner | undefined;
  /** Called at most once; never where the answer is lost. */
  readonly onReply: (reply: Reply) => void;
}

const templateParamShape = z.object({ code: z.string() });

/** A provider with several hosts, and the phones behind it. */
export class ModelledProvider {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #phones: Phones;
  readonly #history: Pick<History, 'phases'>;
  #taken = 0;

  constructor(
    parts: { readonly time: VirtualTime; readonly random: Random; readonly phones: Phones },
    history: Pick<History, 'phases'>,
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
  deliver({ request, channel, manner, onReply }: Delivery): void {
    const query = new URL(request.path, 'http://provider').searchParams;
    const tag = templateParamShape.parse(JSON.parse(query.get('TemplateParam') ?? '{}')).code;
    const writtenAt = this.#time.now();
    const writtenTurn = this.#time.turn();
    this.#phones.noteWritten({ tag, channel, at: writtenAt });
    if (manner?.kind === 'loses-request') return;
    const lateMs = manner?.kind === 'takes-late' ? manner.ms : 0;
    this.#time.after(this.travelMs() + lateMs, () => {
      const reply = this.#reactTo(manner, () => {
        const takenAt = this.#time.now();
        const outId = query.get('OutId') ?? '';
        const phoneNumber = query.get('PhoneNumbers') ?? '';
        this.#phones.take({ tag, channel, outId, phoneNumber, writtenAt, writtenTurn, takenAt });
      });
      if (reply === undefined) return;
      const answerMs = manner?.kind === 'answers-late' ? manner.ms : 0;
      this.#time.after(this.travelMs() + answerMs, () => {
        onReply(reply);
      });
    });
  }

  #reactTo(manner: Manner | undefined, take: () => void): Reply | undefined {
    switch (manner?.kind) {
      case 'says':
        if (manner.took) take();
        return { answer: answerOf(manner.status, { Code: manner.code, Message: 'refused' }) };
      case 'throttles':
        return {
          answer: answerOf(
            400,
            { Code: 'Throttling.User', Message: 'too fast' },
            { 'x-acs-retry-after': String(manner.retryAfterMs) },
          ),
        };
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
        this.#taken += 1;
        return {
          answer: answerOf(200, { Code: 'OK', Message: 'OK', BizId: String(this.#taken), RequestId: 'r' }),
        };
    }
  }
}

function answerOf(
  status: number,
  body: Readonly<Record<string, string>>,
  headers: HttpAnswer['headers'] = {},
): HttpAnswer {
  return { status, headers, body: JSON.stringify(body) };
}

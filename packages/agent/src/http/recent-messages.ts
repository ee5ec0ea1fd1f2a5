import type { Message } from '@waystation/core';
import { maskNumber } from '../log/mask-numbers.ts';
import type { SendResult } from '../send/send-result.ts';
import { aliyunBizId, idOfGatewayBizId } from './sent-message.ts';
import type { SentMessage } from './sent-message.ts';

interface Recent {
  readonly result: SendResult;
  /** Masked, and only of what an HTTP gateway took: nobody else can be asked for those. */
  readonly numbers: readonly string[];
}

const none: readonly string[] = [];

/** The newest results, for `GET /v1/messages/{id}` and for questions by BizId: a ring that forgets the oldest. */
export class RecentMessages {
  readonly #limit: number;
  /** By age from `#oldest` on, once it is full; a place whose message was told of again later counts for nobody. */
  readonly #ring: Recent[] = [];
  #oldest = 0;
  readonly #messages = new Map<string, Recent>();
  /** BizId of a provider → the message's id. */
  readonly #ids = new Map<string, string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a result; a later one of the same message replaces it, and the journal tells of one that waits. */
  record(result: SendResult, message?: Pick<Message, 'phoneNumbers'>): void {
    this.#forget(this.#messages.get(result.id));
    if (result.kind === 'pending') return;
    const bizId = aliyunBizId(result);
    const byGateway = result.kind === 'accepted' && bizId === undefined;
    const recent = { result, numbers: byGateway ? (message?.phoneNumbers ?? []).map(maskNumber) : none };
    this.#place(recent);
    this.#messages.set(result.id, recent);
    if (bizId !== undefined) this.#ids.set(bizId, result.id);
  }

  find(id: string): SendResult | undefined {
    return this.#messages.get(id)?.result;
  }

  /** The message that has this BizId, if it was taken. */
  findSent(bizId: string): SentMessage | undefined {
    const own = idOfGatewayBizId(bizId);
    const recent = this.#messages.get(own ?? this.#ids.get(bizId) ?? '');
    if (recent?.result.kind !== 'accepted') return undefined;
    const { id, channel } = recent.result;
    if (own !== undefined && aliyunBizId(recent.result) !== undefined) return undefined;
    return { id, channel, numbers: recent.numbers };
  }

  #place(recent: Recent): void {
    if (this.#ring.length < this.#limit) {
      this.#ring.push(recent);
      return;
    }
    this.#forget(this.#ring[this.#oldest]);
    this.#ring[this.#oldest] = recent;
    this.#oldest = (this.#oldest + 1) % this.#limit;
  }

  #forget(recent: Recent | undefined): void {
    if (recent === undefined) return;
    const { result } = recent;
    if (this.#messages.get(result.id) !== recent) return;
    this.#messages.delete(result.id);
    const bizId = aliyunBizId(result);
    if (bizId !== undefined) this.#ids.delete(bizId);
  }
}

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

/** The newest results, for `GET /v1/messages/{id}` and for questions by BizId: a ring that forgets the oldest. */
export class RecentMessages {
  readonly #limit: number;
  readonly #messages = new Map<string, Recent>();
  /** BizId of a provider → the message's id. */
  readonly #ids = new Map<string, string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a result; a later one of the same message replaces it, and the journal tells of one that waits. */
  record(result: SendResult, message?: Pick<Message, 'phoneNumbers'>): void {
    this.#forget(result.id);
    if (result.kind === 'pending') return;
    const bizId = aliyunBizId(result);
    const byGateway = result.kind === 'accepted' && bizId === undefined;
    const numbers = byGateway ? (message?.phoneNumbers ?? []).map(maskNumber) : [];
    this.#messages.set(result.id, { result, numbers });
    if (bizId !== undefined) this.#ids.set(bizId, result.id);
    if (this.#messages.size <= this.#limit) return;
    for (const oldest of this.#messages.keys()) {
      this.#forget(oldest);
      return;
    }
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

  #forget(id: string): void {
    const result = this.#messages.get(id)?.result;
    const bizId = result && aliyunBizId(result);
    if (bizId !== undefined) this.#ids.delete(bizId);
    this.#messages.delete(id);
  }
}

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
/** Parts that the limit is divided into. */
const parts = 4;

/**
 * The newest results, for `GET /v1/messages/{id}` and for questions by BizId: the last `limit` and at most a quarter
 * more. They are kept in generations and forgotten by the generation, since each send adds one and few are asked for.
 */
export class RecentMessages {
  readonly #size: number;
  /** By the message's id, the newest generation first. */
  #generations: readonly Map<string, Recent>[] = [new Map()];

  constructor(limit: number) {
    this.#size = Math.ceil(limit / parts);
  }

  /** Keeps a result; a later one of the same message replaces it, and the journal tells of one that waits. */
  record(result: SendResult, message?: Pick<Message, 'phoneNumbers'>): void {
    const byGateway = result.kind === 'accepted' && aliyunBizId(result) === undefined;
    const numbers = byGateway ? (message?.phoneNumbers ?? []).map(maskNumber) : none;
    this.#open().set(result.id, { result, numbers });
  }

  find(id: string): SendResult | undefined {
    const result = this.#recent(id)?.result;
    return result?.kind === 'pending' ? undefined : result;
  }

  /** The message that has this BizId, if it was taken. */
  findSent(bizId: string): SentMessage | undefined {
    const own = idOfGatewayBizId(bizId);
    const recent = own === undefined ? this.#withBizId(bizId) : this.#recent(own);
    if (recent?.result.kind !== 'accepted') return undefined;
    const { id, channel } = recent.result;
    if (own !== undefined && aliyunBizId(recent.result) !== undefined) return undefined;
    return { id, channel, numbers: recent.numbers };
  }

  /** The generation that the next result belongs to. */
  #open(): Map<string, Recent> {
    const [newest] = this.#generations;
    if (newest !== undefined && newest.size < this.#size) return newest;
    const opened = new Map<string, Recent>();
    this.#generations = [opened, ...this.#generations.slice(0, parts)];
    return opened;
  }

  #recent(id: string): Recent | undefined {
    for (const generation of this.#generations) {
      const recent = generation.get(id);
      if (recent !== undefined) return recent;
    }
    return undefined;
  }

  #withBizId(bizId: string): Recent | undefined {
    for (const generation of this.#generations) {
      for (const recent of generation.values()) {
        const { id } = recent.result;
        if (aliyunBizId(recent.result) === bizId && this.#recent(id) === recent) return recent;
      }
    }
    return undefined;
  }
}

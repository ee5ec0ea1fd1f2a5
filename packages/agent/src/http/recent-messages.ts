import type { Message } from '@waystation/core';
import { maskNumber } from '../log/mask-numbers.ts';
import type { SendResult } from '../send/send-result.ts';
import { aliyunBizId, idOfGatewayBizId } from './sent-message.ts';
import type { SentMessage } from './sent-message.ts';
import { TextPage } from './text-page.ts';

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
 * more. They are kept as JSON in pages and forgotten by the page, since each send adds one and few are asked for.
 */
export class RecentMessages {
  readonly #pageSize: number;
  /** The newest first. */
  #pages: readonly TextPage[] = [];

  constructor(limit: number) {
    this.#pageSize = Math.ceil(limit / parts);
  }

  /**
   * Keeps a result; a later one of the same message replaces it, and the journal tells of one that waits. `told`: the
   * result of a message that Aliyun took as JSON already, all but its kind, and perhaps with more members.
   */
  record(result: SendResult, message?: Pick<Message, 'phoneNumbers'>, told?: string): void {
    if (told !== undefined && aliyunBizId(result) !== undefined) {
      this.#open().add(result.id, `{"result":{"kind":"accepted",${told.slice(1)},"numbers":[]}`);
      return;
    }
    const byGateway = result.kind === 'accepted' && aliyunBizId(result) === undefined;
    const numbers = byGateway ? (message?.phoneNumbers ?? []).map(maskNumber) : none;
    this.#open().add(result.id, JSON.stringify({ result, numbers } satisfies Recent));
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

  /** The page that the next result goes to. */
  #open(): TextPage {
    const [newest] = this.#pages;
    if (newest?.full === false) return newest;
    const oldest = this.#pages[parts];
    oldest?.clear();
    const opened = oldest ?? new TextPage(this.#pageSize);
    this.#pages = [opened, ...this.#pages.slice(0, parts)];
    return opened;
  }

  #recent(id: string): Recent | undefined {
    const text = this.#textOf(id);
    return text === undefined ? undefined : read(text);
  }

  #textOf(id: string): string | undefined {
    for (const page of this.#pages) {
      const text = page.find(id, (one) => read(one).result.id === id);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #withBizId(bizId: string): Recent | undefined {
    const part = `"bizId":${JSON.stringify(bizId)}`;
    for (const page of this.#pages) {
      for (const text of page.holding(part)) {
        const recent = read(text);
        const { result } = recent;
        if (aliyunBizId(result) === bizId && this.#textOf(result.id) === text) return recent;
      }
    }
    return undefined;
  }
}

function read(text: string): Recent {
  return JSON.parse(text) as Recent;
}

import type { SendResult } from '../send/send-result.ts';

/** A message that a provider took, as it is known by the BizId that its sender was told. */
export interface SentMessage {
  /** The message's id. */
  readonly id: string;
  /** By which it went. */
  readonly channel: string;
  /** Masked; of a message that Aliyun took none may be known. */
  readonly numbers: readonly string[];
}

/** Finds a message by its BizId; `ws-` and the message's id where an HTTP gateway took it, which has no BizIds. */
export type FindSent = (bizId: string) => Promise<SentMessage | undefined>;

const gatewayPrefix = 'ws-';

/** The BizId that Aliyun gave; what an HTTP gateway took has none, whatever ids the gateway gives. */
export function aliyunBizId(result: SendResult): string | undefined {
  return result.kind === 'accepted' && result.byGateway !== true ? result.bizId : undefined;
}

/** The BizId of a message that an HTTP gateway took. */
export function gatewayBizId(id: string): string {
  return `${gatewayPrefix}${id}`;
}

/** The message that a BizId of ours names; nothing where the BizId is a provider's. */
export function idOfGatewayBizId(bizId: string): string | undefined {
  return bizId.startsWith(gatewayPrefix) ? bizId.slice(gatewayPrefix.length) : undefined;
}

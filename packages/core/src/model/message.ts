import type { MessageBatch } from './message-batch.ts';

/** One message: one provider request, never split, merged or resent in part. */
export interface Message {
  /**
   * As the caller wrote them, in order; a provider gets these unchanged. Without duplicates, unless the caller of
   * the Aliyun-compatible API wrote some; a batch may name a number several times.
   */
  readonly phoneNumbers: readonly string[];
  /** The same numbers in E.164 (`+8613800138000`), for matching alone. */
  readonly e164: readonly string[];
  readonly signName: string;
  readonly templateCode: string;
  /** Names and values of the template's variables; absent for a template without any. */
  readonly templateParam?: Readonly<Record<string, string>>;
  /** The same as the JSON that the caller wrote, which Aliyun gets unchanged; absent: made of `templateParam`. */
  readonly templateParamText?: string;
  readonly outId?: string;
  readonly smsUpExtendCode?: string;
  /** A sign and parameters for each number; the message's own are then the first one's. */
  readonly batch?: MessageBatch;
}

import type { OutcomeClass, Revision } from '@waystation/core';

/** One attempt, as the caller is told. */
export interface AttemptRecord {
  readonly channel: string;
  readonly outcome: OutcomeClass;
  readonly code?: string;
  readonly ms: number;
  /** Whether the request was handed to a socket; absent: it was not. */
  readonly written?: boolean;
  /** What the provider's records say of an unknown outcome; absent: not asked, or not to be told from them. */
  readonly searched?: 'found' | 'absent';
}

/** What holds of every result. */
interface SendFacts {
  /** The message's own id. */
  readonly id: string;
  readonly revision: Revision;
  readonly route?: string;
  readonly attempts: readonly AttemptRecord[];
  /** Not sent now: the answer that an earlier request with the same key got. */
  readonly replayed?: true;
}

/** How a send ended (`docs/reference/http.md` maps each to its status and code). */
export type SendResult = SendFacts &
  (
    | {
        readonly kind: 'accepted';
        readonly channel: string;
        readonly bizId?: string;
        /** A generic gateway took it: `bizId` is that gateway's, and none of Aliyun's. */
        readonly byGateway?: true;
        readonly requestId?: string;
      }
    /** The provider refuses this message: another try would be refused as well. */
    | { readonly kind: 'rejected'; readonly providerCode?: string; readonly reason: string }
    /** Per-number flow control, the provider's or with `index` (in the list of numbers) our own; nothing was sent. */
    | {
        readonly kind: 'number-limited';
        readonly providerCode?: string;
        readonly reason?: string;
        readonly index?: number;
        readonly retryAfterMs: number;
      }
    /** The strategy's limits of its route or of every channel that could take it; nothing was sent. */
    | { readonly kind: 'limited'; readonly reason: string; readonly retryAfterMs: number }
    /** No candidate took it and nothing was sent. */
    | { readonly kind: 'no-channel'; readonly reason: string; readonly retryAfterMs: number }
    /** The deadline came before anything was written. */
    | { readonly kind: 'deadline'; readonly reason: string }
    /** Nothing was sent; it is tried again until `deliverBy`, in wall-clock ms. */
    | { readonly kind: 'pending'; readonly deliverBy: number }
    /** Nothing was sent, and the time to deliver it by has come. */
    | { readonly kind: 'expired'; readonly reason: string }
    /** Something was written and nobody knows whether it was taken. */
    | { readonly kind: 'unknown'; readonly reason: string }
    /** An earlier request with the same key is still under way; `id` is that one's. */
    | { readonly kind: 'in-progress'; readonly reason: string }
    /** The key belongs to another message, `id`. */
    | { readonly kind: 'key-reused'; readonly reason: string }
    /** The journal could not take the message; nothing was sent. */
    | { readonly kind: 'no-journal'; readonly reason: string; readonly retryAfterMs: number }
  );

/** Whether this is the end of the message `id`, and not only an answer about a key. */
export function isEnd({ kind }: SendResult): boolean {
  return kind !== 'in-progress' && kind !== 'key-reused' && kind !== 'no-journal' && kind !== 'pending';
}

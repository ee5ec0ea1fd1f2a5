import type { Answer } from './aliyun/answer.ts';

/** What a fault's `match` is compared with. */
export interface CallFacts {
  readonly action: string;
  readonly account?: string;
  /** As `+8613800138000`. */
  readonly phoneNumbers: readonly string[];
  readonly signName?: string;
  readonly templateCode?: string;
  readonly outId?: string;
}

/** An answer that a fault asks for instead of the true one. */
export interface AskedAnswer {
  readonly code: string;
  readonly message?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as an endpoint understood it, not yet carried out. */
export interface EndpointCall {
  /** Worked out only when a fault or a log asks. */
  readonly facts: () => CallFacts;
  /** Carries it out, or refuses; with `swallow` a send is answered OK and nobody gets a text. */
  perform(swallow: boolean): Answer;
  /** An answer with a given code in the endpoint's own shape; nothing is carried out. */
  answerWith(asked: AskedAnswer): Answer;
  /** An OK in which every field has another type than documented. */
  answerWithWrongTypes(): Answer;
}

import type { Outcome } from '@waystation/core';
import type { Credential } from '../credentials/credential.ts';
import type { AttemptRequest, AttemptResult, ChannelCall } from '../pool/send-channel.ts';
import type { HttpAnswer, HttpRequest } from './transport/http-message.ts';

/** A message in a provider's own words, or why it cannot be put in them. */
export type Draft =
  | {
      readonly ok: true;
      /** Makes the request; called when a connection stands, since a signature names its moment. */
      readonly make: () => HttpRequest;
    }
  | { readonly ok: false; readonly outcome: Outcome };

/** What an answer says. */
export type Reading =
  | { readonly kind: 'result'; readonly result: AttemptResult }
  /** The host's clock was learnt from it; nothing was processed, and a request made anew may be. */
  | { readonly kind: 'clock-corrected'; readonly otherwise: AttemptResult };

/** How one provider is spoken: the whole difference between two kinds of channel. */
export interface Dialect {
  /** `credential` is absent where the channel needs none. */
  draft(attempt: Pick<AttemptRequest, 'message' | 'outId'>, credential?: Credential): Draft;
  /** A call of another action than sending; absent where the provider has none. */
  draftCall?(call: Pick<ChannelCall, 'action' | 'parameters'>, credential?: Credential): Draft;
  read(answer: HttpAnswer): Reading;
}

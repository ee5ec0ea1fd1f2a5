import type { HttpChannel } from '../model/channel.ts';
import { notUnderstood } from './classify-aliyun.ts';
import type { ProviderAnswer } from './classify-aliyun.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

const words = {
  accepted: 'the gateway took the request',
  rejected: 'the gateway refuses the message',
  unprovisioned: 'the gateway does not know the sign or template',
  account: 'the account cannot send',
  throttled: 'flow control of the gateway',
  misconfigured: 'the gateway refuses credential or request',
  limited: 'flow control of the phone number',
  unavailable: 'the gateway says that it cannot serve now',
  unknown: 'the gateway does not say whether it took the request',
} as const;

/**
 * The outcome of a request that was written and answered by a generic HTTP gateway, by the classes its channel
 * gives. A code that the channel does not name counts as `otherwise` only where the status is 2xx or 4xx: a
 * redirect or a server's failure is no answer, whatever its body says.
 */
export function classifyGateway(rules: HttpChannel['answer'], answer: ProviderAnswer): Outcome {
  const { code, httpStatus, retryAfterMs } = answer;
  if (code === undefined) return notUnderstood(answer);
  const success = httpStatus >= 200 && httpStatus < 300;
  const refusal = httpStatus >= 400 && httpStatus < 500;
  if (rules.accepted.includes(code)) {
    return outcomeOf(success ? 'accepted' : 'unknown', {
      code,
      written: true,
      reason: success ? words.accepted : `the code says yes and the status ${String(httpStatus)} says no`,
    });
  }
  const named = Object.hasOwn(rules.classes, code) ? rules.classes[code] : undefined;
  const fallback = httpStatus === 429 ? 'throttled' : success || refusal ? rules.otherwise : 'unknown';
  const outcomeClass = named ?? fallback;
  return outcomeOf(outcomeClass, { code, written: true, reason: words[outcomeClass], retryAfterMs });
}

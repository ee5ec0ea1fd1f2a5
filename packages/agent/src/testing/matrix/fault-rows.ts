import type { FaultSpecInput } from '@waystation/simulator';

/** A fault without its place; spread over each member, so that every kind keeps its own fields. */
type Placeless<Fault> = Fault extends unknown ? Omit<Fault, 'region' | 'match'> : never;

/** One way in which a region fails. */
export interface FaultRow {
  /** As the page names it. */
  readonly name: string;
  /** `over-limit`: no fault, but the strategy's limit of the channel is used up. */
  readonly fault: Placeless<FaultSpecInput> | { readonly kind: 'over-limit' };
  /** What the provider says is not so: no client can know better. */
  readonly lies?: true;
}

/** Longer than an attempt waits for its answer, and no longer than a search waits for the records to settle. */
const slowMs = 2500;

type Wire = Extract<FaultSpecInput, { accepted?: boolean | undefined }>;

/** A fault that strikes before the text is taken, and after. */
function both(name: string, fault: Placeless<Wire>): readonly FaultRow[] {
  return [
    { name: `${name}, text not taken`, fault },
    { name: `${name}, text taken`, fault: { ...fault, accepted: true } },
  ];
}

function says(code: string, name = code): FaultRow {
  return { name: `says \`${name}\``, fault: { kind: 'code', code } };
}

/** Every kind of fault that the simulator has, before and after the text is taken where it can be told apart. */
export const faultRows: readonly FaultRow[] = [
  { name: 'refuses connections', fault: { kind: 'refuse' } },
  { name: 'swallows connections', fault: { kind: 'blackhole' } },
  { name: 'fails in TLS', fault: { kind: 'tls-failure' } },
  ...both('answers late', { kind: 'slow', delayMs: slowMs }),
  ...both('never answers', { kind: 'hang' }),
  ...both('resets the connection', { kind: 'reset' }),
  ...both('closes the connection', { kind: 'reset', how: 'fin' }),
  { name: 'answers 503 `ServiceUnavailable`', fault: { kind: 'status', status: 503 } },
  {
    name: 'answers 503 `ServiceUnavailable`, and took the text all the same',
    fault: { kind: 'status', status: 503, accepted: true },
    lies: true,
  },
  ...both('answers 500', { kind: 'status', status: 500 }),
  ...both('answers HTML with 502', { kind: 'html' }),
  ...both('answers HTML with 200', { kind: 'html', status: 200 }),
  ...both('breaks its answer off', { kind: 'truncate' }),
  ...both('stalls within its answer', { kind: 'stall' }),
  ...both('answers nothing', { kind: 'empty' }),
  ...both('answers what is no HTTP', { kind: 'garbage' }),
  ...both('redirects', { kind: 'redirect' }),
  ...both('answers with wrong types', { kind: 'wrong-types' }),
  { name: 'answers OK and swallows the text', fault: { kind: 'swallow' }, lies: true },
  { name: 'throttles', fault: { kind: 'throttle' } },
  { name: 'throttles for a second', fault: { kind: 'throttle', retryAfterMs: 1000 } },
  { name: 'is over its limit (`limits.channels`)', fault: { kind: 'over-limit' } },
  says('isv.MOBILE_NUMBER_ILLEGAL'),
  says('isv.SMS_SIGNATURE_ILLEGAL'),
  says('isv.AMOUNT_NOT_ENOUGH'),
  says('SignatureDoesNotMatch'),
  says('isv.DENY_IP_RANGE'),
  says('isv.BUSINESS_LIMIT_CONTROL'),
  ...both('says `isp.SYSTEM_ERROR`', { kind: 'code', code: 'isp.SYSTEM_ERROR' }),
  {
    name: 'says `isv.MOBILE_NUMBER_ILLEGAL`, and took the text all the same',
    fault: { kind: 'code', code: 'isv.MOBILE_NUMBER_ILLEGAL', accepted: true },
    lies: true,
  },
];

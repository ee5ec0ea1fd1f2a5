import * as z from 'zod';
import { numberField } from '../control/number-field.ts';

const text = z.string().min(1).max(256);

/** Which requests a fault strikes; every field given must agree. */
const Match = z.strictObject({
  action: text.optional().describe('SendSms, SendBatchSms, QuerySendDetails; send on a gateway.'),
  account: text.optional().describe('Name of the account whose key the request carries.'),
  phoneNumber: numberField.optional().describe('One of the numbers, as +8613800138000.'),
  signName: text.optional(),
  templateCode: text.optional(),
  outId: text.optional(),
});

const where = {
  region: text.default('*').describe('Name of a region or gateway; * is all of them.'),
  forMs: z.int().min(1).max(86_400_000).optional().describe('Ends by itself after this long.'),
};
const which = {
  ...where,
  match: Match.default({}),
  count: z.int().min(1).max(1_000_000_000).optional().describe('Ends after this many requests.'),
  share: z.number().gt(0).max(1).default(1).describe('Strikes this share of the matching requests.'),
  seed: z.int().min(0).max(4_294_967_295).optional().describe('Seed of the dice behind share.'),
};
/** Whether the text had reached the phone before the fault struck. */
const accepted = z.boolean().default(false);
/** What becomes of connections that stand: cut at once, or each serves one more request and is closed. */
const standing = z.enum(['cut', 'finish']).default('cut');
const delayMs = z.int().min(0).max(600_000);
const status5xx = z.int().min(500).max(599).default(503);

/** One fault as it is asked for: where, which requests, for how long, and what happens. */
export const FaultSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('slow'), ...which, accepted, delayMs }),
  z.strictObject({ kind: z.literal('hang'), ...which, accepted }),
  z.strictObject({
    kind: z.literal('reset'),
    ...which,
    accepted,
    how: z.enum(['rst', 'fin']).default('rst'),
  }),
  z.strictObject({ kind: z.literal('status'), ...which, accepted, status: status5xx }),
  z.strictObject({
    kind: z.literal('html'),
    ...which,
    accepted,
    status: z.int().min(200).max(599).default(502),
  }),
  z.strictObject({ kind: z.literal('truncate'), ...which, accepted }),
  z.strictObject({ kind: z.literal('stall'), ...which, accepted }),
  z.strictObject({ kind: z.literal('empty'), ...which, accepted }),
  z.strictObject({ kind: z.literal('garbage'), ...which, accepted }),
  z.strictObject({
    kind: z.literal('redirect'),
    ...which,
    accepted,
    location: z.string().min(1).max(1024).default('http://127.0.0.1:1/'),
  }),
  z.strictObject({ kind: z.literal('wrong-types'), ...which, accepted }),
  z.strictObject({ kind: z.literal('swallow'), ...which }),
  z.strictObject({
    kind: z.literal('throttle'),
    ...which,
    retryAfterMs: z.int().min(0).max(86_400_000).optional().describe('Sent as x-acs-retry-after.'),
    status: z.int().min(400).max(599).default(400),
  }),
  z.strictObject({
    kind: z.literal('code'),
    ...which,
    accepted,
    code: text.describe('Any code of the provider, such as isv.AMOUNT_NOT_ENOUGH.'),
    message: z.string().max(1024).optional(),
    status: z.int().min(200).max(599).optional().describe('Default: the status that the code has.'),
  }),
  z.strictObject({ kind: z.literal('refuse'), ...where, standing }),
  z.strictObject({ kind: z.literal('blackhole'), ...where, standing }),
  z.strictObject({ kind: z.literal('tls-failure'), ...where, standing }),
]);
export type FaultSpec = z.output<typeof FaultSpec>;
/** A fault as a caller writes it: only `kind` is needed. */
export type FaultSpecInput = z.input<typeof FaultSpec>;
/** A fault of single requests. */
export type RequestFault = Exclude<FaultSpec, { kind: 'refuse' | 'blackhole' | 'tls-failure' }>;
/** A fault of the listener itself, which no request can be told apart by. */
export type ListenerFault = Extract<FaultSpec, { kind: 'refuse' | 'blackhole' | 'tls-failure' }>;

/** The kinds there are, for messages and help. */
export const FAULT_KINDS: readonly string[] = FaultSpec.options.map((option) => option.shape.kind.value);

/** Whether a fault is of the listener, and so takes no `match`, `count` or `share`. */
export function isListenerFault(fault: FaultSpec): fault is ListenerFault {
  return fault.kind === 'refuse' || fault.kind === 'blackhole' || fault.kind === 'tls-failure';
}

import fc from 'fast-check';
import type { Call, Crash, History, Limits, Manner, MessageShape, Phase, Rate, Storm } from './history.ts';

const spanMs = 20_000;
const time = fc.integer({ min: 0, max: spanMs });

/** Codes of every class of the outcome table; those of `unknown` may have sent the text. */
const refusals = [
  'isv.MOBILE_NUMBER_ILLEGAL',
  'isv.SMS_SIGNATURE_ILLEGAL',
  'isv.AMOUNT_NOT_ENOUGH',
  'isv.DAY_LIMIT_CONTROL',
  'SignatureDoesNotMatch',
  'isv.DENY_IP_RANGE',
  'isv.BUSINESS_LIMIT_CONTROL',
  'InvalidTimeStamp.Expired',
] as const;
const riddles = ['InternalError', 'isp.SYSTEM_ERROR', 'isp.GATEWAY_ERROR', 'isp.NEVER_HEARD_OF'] as const;

const manner: fc.Arbitrary<Manner> = fc.oneof(
  fc.constant<Manner>({ kind: 'refuses' }),
  fc.constant<Manner>({ kind: 'swallows-connections' }),
  fc.record({ kind: fc.constant('connects-late' as const), ms: fc.integer({ min: 50, max: 4000 }) }),
  fc.record({
    kind: fc.constant('says' as const),
    code: fc.constantFrom(...refusals),
    status: fc.constantFrom(200, 400),
    took: fc.constant(false),
  }),
  fc.constant<Manner>({ kind: 'says', code: 'ServiceUnavailable', status: 503, took: false }),
  fc.record({
    kind: fc.constant('says' as const),
    code: fc.constantFrom(...riddles),
    status: fc.constantFrom(200, 500),
    took: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('throttles' as const), retryAfterMs: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({ kind: fc.constant('takes-late' as const), ms: fc.integer({ min: 100, max: 20_000 }) }),
  fc.record({ kind: fc.constant('answers-late' as const), ms: fc.integer({ min: 100, max: 20_000 }) }),
  fc.constant<Manner>({ kind: 'loses-request' }),
  fc.constant<Manner>({ kind: 'loses-answer' }),
  fc.record({ kind: fc.constant('resets' as const), took: fc.boolean() }),
  fc.record({ kind: fc.constant('says-html' as const), took: fc.boolean() }),
);

const phase: fc.Arbitrary<Phase> = fc.record({
  fromMs: fc.oneof(fc.constant(0), time),
  forMs: fc.integer({ min: 100, max: spanMs }),
  host: fc.integer({ min: 0, max: 2 }),
  percent: fc.constantFrom(100, 100, 60, 30),
  manner,
});

const shape: fc.Arbitrary<MessageShape> = fc.record(
  {
    form: fc.constantFrom('list', 'batch'),
    firstPhone: fc.integer({ min: 0, max: 2 }),
    numbers: fc.constantFrom(1, 1, 2, 3, 5),
    outId: fc.constantFrom('order', 'code'),
  },
  { requiredKeys: ['form', 'firstPhone', 'numbers'] },
);

const call: fc.Arbitrary<Call> = fc.record(
  {
    atMs: time,
    key: fc.integer({ min: 0, max: 3 }),
    shape: fc.integer({ min: 0, max: 3 }),
    misuse: fc.constantFrom(false, false, false, false, true),
    deliverInMs: fc.constantFrom(2500, 5000, 15_000, 40_000, 90_000),
    timeoutMs: fc.constantFrom(100, 500, 1000, 2500, 5000, 10_000),
    repeats: fc.integer({ min: 0, max: 3 }),
    pauseMs: fc.constantFrom(1, 50, 500, 3000),
    hangUpMs: fc.integer({ min: 1, max: 5000 }),
  },
  { requiredKeys: ['atMs', 'timeoutMs', 'repeats', 'pauseMs'] },
);

const downMs = fc.constantFrom(1, 100, 2000);
const crash: fc.Arbitrary<Crash> = fc.oneof(
  fc.record({ kind: fc.constant('at' as const), atMs: time, downMs }),
  fc.record({ kind: fc.constant('step' as const), step: fc.integer({ min: 1, max: 80 }), downMs }),
);

const storm: fc.Arbitrary<Storm> = fc.record({
  atMs: time,
  count: fc.integer({ min: 1, max: 80 }),
  everyMs: fc.constantFrom(1, 5, 50),
  timeoutMs: fc.constantFrom(1000, 5000),
});

const rate: fc.Arbitrary<Rate> = fc.record({
  perSecond: fc.constantFrom(0.1, 1, 5, 20),
  burst: fc.constantFrom(1, 1, 3, 10),
});

const someLimits: fc.Arbitrary<Limits> = fc.record(
  {
    route: fc.record({
      perSecond: fc.constantFrom(0.1, 1, 5, 20),
      burst: fc.constantFrom(1, 1, 3, 10),
      over: fc.oneof(
        fc.constant({ kind: 'reject' as const }),
        fc.record({ kind: fc.constant('wait' as const), maxMs: fc.constantFrom(100, 1000, 4000) }),
        fc.record({ kind: fc.constant('fallback' as const), rate }),
      ),
    }),
    channels: fc.array(fc.record({ rate, maxInFlight: fc.constantFrom(1, 2, 10) }, { requiredKeys: [] }), {
      maxLength: 4,
    }),
    numbers: fc.record({
      windowMs: fc.constantFrom(1000, 5000, 60_000),
      max: fc.constantFrom(1, 2, 5),
    }),
  },
  { requiredKeys: ['channels'] },
);

/** Every history that an agent may go through, within bounds that keep one short. */
export const historyArbitrary: fc.Arbitrary<History> = fc.record({
  seed: fc.nat(),
  channels: fc.array(
    fc.record({ host: fc.integer({ min: 0, max: 2 }), account: fc.integer({ min: 0, max: 1 }) }),
    { minLength: 1, maxLength: 4 },
  ),
  policy: fc.constantFrom('primary-backup', 'weighted-random', 'lowest-latency'),
  onUnknownOutcome: fc.constantFrom('reconcile', 'resend', 'fail'),
  timeouts: fc.record({
    connectMs: fc.constantFrom(200, 1000, 3000),
    readMs: fc.constantFrom(300, 1000, 5000),
    totalMs: fc.constantFrom(1000, 5000, 10_000),
  }),
  afterReconcile: fc.constantFrom('resend', 'fail'),
  afterInconclusive: fc.constantFrom('fail', 'fail', 'fail', 'resend'),
  records: fc.record({
    appearMs: fc.constantFrom(0, 500, 1500),
    shared: fc.boolean(),
    masked: fc.boolean(),
    unshown: fc.constantFrom('none', 'none', 'first', 'middle', 'last'),
  }),
  maxLikes: fc.constantFrom(1000, 1000, 1000, 3),
  probed: fc.boolean(),
  disk: fc.record({
    flushMs: fc.constantFrom(0, 5, 5, 400, 3000),
    failing: fc.constantFrom(0, 0, 0, 0, 0.05, 0.3),
    healsMs: fc.constantFrom(undefined, undefined, 10, 3000, 20_000),
  }),
  recoveryMs: fc.constantFrom(0, 100, 1000),
  limits: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Limits>({ channels: [] }) },
    { weight: 2, arbitrary: someLimits },
  ),
  phases: fc.array(phase, { maxLength: 5 }),
  shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
  calls: fc.array(call, { minLength: 1, maxLength: 8 }),
  storms: fc.oneof(
    { weight: 9, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(storm, { minLength: 1, maxLength: 1 }) },
  ),
  crashes: fc.array(crash, { maxLength: 3 }),
  drains: fc.array(fc.record({ atMs: time, channel: fc.integer({ min: 0, max: 3 }) }), { maxLength: 1 }),
  clockJumps: fc.array(fc.record({ atMs: time, byMs: fc.integer({ min: -600_000, max: 600_000 }) }), {
    maxLength: 1,
  }),
});

import type { Policy, Route, StrategyInput } from '@waystation/core';
import { faultRows } from './fault-rows.ts';
import type { FaultRow } from './fault-rows.ts';

/** Which regions fail. */
type Place = 'first' | 'both';

/**
 * What is sent: to one number; a batch of several; or to one number with a `deliverBy`, while the fault lasts until
 * the caller has its first answer.
 */
type Form = 'one' | 'batch' | 'kept';

/** One row of the matrix: a fault, and how the route and its caller go about it. */
export interface MatrixCase {
  readonly name: string;
  readonly row: FaultRow;
  readonly place: Place;
  readonly policy: Policy['kind'];
  readonly onUnknownOutcome: Route['onUnknownOutcome'];
  readonly keyed: boolean;
  readonly form: Form;
}

/** Names in the order of the page. */
export const policies = ['primary-backup', 'weighted-random', 'lowest-latency'] as const;
export const unknownRules = ['reconcile', 'fail', 'resend'] as const;

/** Timeouts far apart from each other, so that a measured time tells which of them passed. */
export const matrixTimeouts = { connectMs: 1000, readMs: 2000, totalMs: 10_000 } as const;

/** How batches and messages that are kept are sent; everything else is tried with one number. */
export const formPolicy = 'primary-backup';

/** Every case: each fault in the region that is asked first, under each rule; and in both regions. */
export const matrixCases: readonly MatrixCase[] = faultRows.flatMap((row) =>
  unknownRules.flatMap((onUnknownOutcome) => [
    ...[false, true].flatMap((keyed) => {
      const of = (policy: Policy['kind'], place: Place): MatrixCase =>
        named({ row, place, policy, onUnknownOutcome, keyed, form: 'one' });
      return [...policies.map((policy) => of(policy, 'first')), of('primary-backup', 'both')];
    }),
    ...formCases(row, onUnknownOutcome),
  ]),
);

/** A batch may meet a fault anywhere; a message is kept where no region takes it. */
function formCases(row: FaultRow, onUnknownOutcome: Route['onUnknownOutcome']): readonly MatrixCase[] {
  const of = (form: Form, place: Place): MatrixCase =>
    named({ row, place, policy: formPolicy, onUnknownOutcome, keyed: true, form });
  return [of('batch', 'first'), of('batch', 'both'), of('kept', 'both')];
}

function named(facts: Omit<MatrixCase, 'name'>): MatrixCase {
  const { row, place, policy, onUnknownOutcome, keyed, form } = facts;
  const words = [row.name, place, policy, onUnknownOutcome, keyed ? 'keyed' : 'unkeyed', form];
  return { ...facts, name: words.join(' | ') };
}

/** The strategy of a case whose channels `a` and `b` are these endpoints of two accounts. */
export function caseStrategy(
  { row, place, policy, onUnknownOutcome }: MatrixCase,
  endpoints: { readonly a: string; readonly b: string },
): StrategyInput {
  const channel = (endpoint: string, credential: string) =>
    ({ provider: 'aliyun', regionId: 'cn-hangzhou', endpoint, credential }) as const;
  return {
    schemaVersion: 1,
    channels: { a: channel(endpoints.a, 'main'), b: channel(endpoints.b, 'second') },
    routes: [{ name: 'all', policy: policyOf(policy), onUnknownOutcome }],
    timeouts: matrixTimeouts,
    ...(row.fault.kind === 'over-limit' && {
      limits: { channels: { a: soonOver, ...(place === 'both' && { b: soonOver }) } },
    }),
    // One attempt for each channel: how many more fit into the time depends on the machine.
    retry: { maxAttempts: 1 },
    health: { probe: { kind: 'off' } },
    reconcile: { firstMs: 100, intervalMs: 300, settleMs: 1000, budgetMs: 10_000 },
  };
}

/** Used up by one message for longer than a case lasts. */
const soonOver = { perSecond: 0.01, burst: 1 } as const;

/** Each policy asks `a` first: a weight of 0 is last in line, and dice that fall on 0 draw the first. */
function policyOf(kind: Policy['kind']): StrategyInput['routes'][number]['policy'] {
  switch (kind) {
    case 'primary-backup':
      return { kind, order: ['a', 'b'] };
    case 'weighted-random':
      return { kind, weights: { a: 1, b: 0 } };
    case 'lowest-latency':
      return { kind, channels: ['a', 'b'] };
  }
}

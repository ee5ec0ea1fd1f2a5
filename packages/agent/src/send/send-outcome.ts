import type { AttemptVerdict, Draft, EndedAttempt, Revision } from '@waystation/core';
import type { AttemptResult } from '../pool/send-channel.ts';
import type { SendCounts } from '../status/send-side.ts';
import type { AttemptRecord, SendResult } from './send-result.ts';

/** Which message, and what it was routed by. */
export interface ResultFacts {
  readonly id: string;
  readonly revision: Revision;
  readonly route: string;
}

/** How the attempts of a message ended. */
export interface EndedMessage {
  readonly plan: { readonly attempts: readonly EndedAttempt[] };
  readonly verdict: AttemptVerdict;
  /** What the provider said of the accepted request. */
  readonly accepted?: AttemptResult;
}

/** What the caller is told of a message whose attempts are over. */
export function resultOf(
  { id, revision, route }: ResultFacts,
  { plan, verdict, accepted }: EndedMessage,
): SendResult {
  const facts = { id, revision, route, attempts: plan.attempts.map(recordOf) };
  switch (verdict.kind) {
    case 'accepted':
      return acceptedBy(facts, verdict.channel, accepted);
    case 'rejected':
      return { ...facts, kind: 'rejected', reason: verdict.reason, ...providerCode(verdict) };
    case 'number-limited': {
      const { retryAfterMs } = verdict;
      return { ...facts, kind: 'number-limited', retryAfterMs, ...providerCode(verdict) };
    }
    case 'no-channel': {
      const { cause, reason, retryAfterMs } = verdict;
      return { ...facts, kind: cause === 'limited' ? 'limited' : 'no-channel', reason, retryAfterMs };
    }
    // Nobody waits for the answer of a caller who hung up; like a deadline, it says that nothing was sent.
    case 'cancelled':
    case 'deadline':
      return { ...facts, kind: 'deadline', reason: verdict.reason };
    case 'unknown':
      return { ...facts, kind: 'unknown', reason: verdict.reason };
  }
}

/** Which counter a result belongs to. */
export function countOf({ kind }: SendResult): keyof SendCounts {
  return kind === 'accepted' || kind === 'unknown' ? kind : 'failed';
}

function acceptedBy(
  { id, revision, route, attempts }: ResultFacts & Pick<SendResult, 'attempts'>,
  channel: string,
  { bizId, requestId, byGateway }: Omit<AttemptResult, 'outcome'> = {},
): SendResult {
  const result: Draft<Extract<SendResult, { kind: 'accepted' }>> = {
    id,
    revision,
    route,
    attempts,
    kind: 'accepted',
    channel,
  };
  if (bizId !== undefined) result.bizId = bizId;
  if (requestId !== undefined) result.requestId = requestId;
  if (byGateway) result.byGateway = byGateway;
  return result;
}

function recordOf({ candidate, outcome, startedAt, endedAt, searched }: EndedAttempt): AttemptRecord {
  const { class: outcomeClass, code, written } = outcome;
  const { channel } = candidate;
  const ms = Math.max(0, Math.round(endedAt - startedAt));
  const record: Draft<AttemptRecord> =
    code === undefined
      ? { channel, outcome: outcomeClass, ms }
      : { channel, outcome: outcomeClass, code, ms };
  if (written) record.written = true;
  if (searched !== undefined) record.searched = searched;
  return record;
}

function providerCode({ code }: { readonly code?: string }): { readonly providerCode?: string } {
  return code === undefined ? {} : { providerCode: code };
}

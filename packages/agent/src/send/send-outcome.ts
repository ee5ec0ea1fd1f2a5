import type { AttemptVerdict, EndedAttempt, Revision } from '@waystation/core';
import type { AttemptResult } from '../pool/send-channel.ts';
import type { SendCounts } from '../status/send-side.ts';
import type { AttemptRecord, SendResult } from './send-result.ts';

/** A message whose attempts are over. */
export interface EndedMessage {
  readonly id: string;
  readonly revision: Revision;
  readonly route: string;
  readonly attempts: readonly EndedAttempt[];
  readonly verdict: AttemptVerdict;
  /** What the provider said of the accepted request. */
  readonly accepted?: AttemptResult | undefined;
}

/** What the caller is told of a message whose attempts are over. */
export function resultOf({ id, revision, route, attempts, verdict, accepted }: EndedMessage): SendResult {
  const facts = { id, revision, route, attempts: attempts.map(recordOf) };
  switch (verdict.kind) {
    case 'accepted': {
      const { bizId, requestId, byGateway } = accepted ?? {};
      const ids = {
        ...(bizId !== undefined && { bizId }),
        ...(requestId !== undefined && { requestId }),
        ...(byGateway && { byGateway }),
      };
      return { ...facts, kind: 'accepted', channel: verdict.channel, ...ids };
    }
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

function recordOf({ candidate, outcome, startedAt, endedAt, searched }: EndedAttempt): AttemptRecord {
  const { class: outcomeClass, code } = outcome;
  const ms = Math.max(0, Math.round(endedAt - startedAt));
  const told = { ...(code !== undefined && { code }), ms, ...(outcome.written && { written: true }) };
  return { channel: candidate.channel, outcome: outcomeClass, ...told, ...(searched && { searched }) };
}

function providerCode({ code }: { readonly code?: string }): { readonly providerCode?: string } {
  return code === undefined ? {} : { providerCode: code };
}

import type { Instant } from '../clock.ts';
import type { ChannelOver } from '../limits/channel-limits.ts';
import { afterAttempt, overdue, searches, withOpen } from './attempt-ended.ts';
import { exclude, nothingExcluded, readmit } from './attempt-exclusions.ts';
import { finish, isCancelled, nobodyLeft, still } from './attempt-finish.ts';
import type {
  AttemptEffect,
  AttemptEvent,
  AttemptingPlan,
  AttemptPlan,
  AttemptPlanInput,
  AttemptStep,
  PlanFacts,
  RunningAttempt,
} from './attempt-plan-state.ts';
import { anyUnknown, stepAfterEnd, stepSearching } from './attempt-search.ts';
import type { SearchStepResult } from './attempt-search.ts';
import { noneFull, outOfTimeVerdict, unknownVerdict } from './attempt-verdict.ts';
import { attempt, attempting, beside, comeBack, goOn, proceed, shareOf } from './next-attempt.ts';

/** Begins a plan at `at`. */
export function startAttemptPlan(input: AttemptPlanInput, at: Instant): AttemptStep {
  const nothing = { begun: 0, attempts: [], blocked: [], full: noneFull, callerGone: false };
  return proceed({ input, excluded: nothingExcluded, ...nothing }, at);
}

/** The whole life of a message's attempts: state and event in, next state and one effect out. */
export function stepAttemptPlan(plan: AttemptPlan, event: AttemptEvent): AttemptStep {
  if (event.type === 'caller-gone') return hangUp(plan, event.at);
  if (plan.state === 'done') return stepAfterEnd(plan, event);
  if (event.type === 'deadline') return timeUp(plan, event.at);
  if (plan.state === 'searching') return afterSearching(stepSearching(plan, event), event.at);
  if (event.type === 'searched') return still(plan);
  if (plan.state === 'waiting') {
    if (event.type !== 'waited') return still(plan);
    if (!event.granted) return comeBack(plan, event.at, true);
    return attempt(plan, plan.candidate, event.at, []);
  }
  if (event.type === 'slow') return plan.writing ? still(plan) : beside(plan, event.at);
  if (event.type === 'waited') return still(plan);
  return ofAttempt(plan, event);
}

const none: readonly RunningAttempt[] = [];

type OfAttempt = Extract<AttemptEvent, { readonly number: number }>;

function ofAttempt(plan: AttemptingPlan, event: OfAttempt): AttemptStep {
  const one = plan.running.find(({ number }) => number === event.number);
  // It lost the race, or was given up.
  if (one === undefined) return still(plan);
  const others = plan.running.length === 1 ? none : plan.running.filter((each) => each !== one);
  const { at } = event;
  switch (event.type) {
    case 'ready':
      if (at >= plan.input.deadline || isCancelled(plan)) return still(plan);
      return { plan: attempting(plan, plan.begun, [one], true), effect: writeEffect(plan, at) };
    case 'overdue':
      return plan.writing && searches(plan) ? overdue(plan, one, at) : still(plan);
    case 'no-room':
      return goOn(withoutRoom(plan, one, event.limit), others, at);
    case 'blocked': {
      const { candidate } = one;
      const blocked = [...plan.blocked, { candidate, block: event.block }];
      return goOn({ ...plan, blocked, excluded: exclude(plan.excluded, candidate, 'nothing') }, others, at);
    }
    case 'ended':
      return afterAttempt(plan, one, others, event.outcome, at);
  }
}

/** A channel has no room now; where its block had passed and it was never tried, its turn is still to come. */
function withoutRoom(
  plan: AttemptingPlan,
  { candidate }: RunningAttempt,
  limit?: ChannelOver,
): AttemptingPlan {
  const full = new Map(plan.full).set(candidate.channel, limit);
  const wasTried = plan.attempts.some((each) => each.candidate.channel === candidate.channel);
  return { ...plan, full, excluded: wasTried ? plan.excluded : readmit(plan.excluded, candidate) };
}

/** Once another candidate could be asked, the provider is asked about an attempt; what it answers still counts. */
function writeEffect({ input }: PlanFacts, at: Instant): Extract<AttemptEffect, { type: 'write' }> {
  const overdueAt = at + shareOf(input.deadline - at, input.readMs);
  if (overdueAt >= input.deadline || !searches({ input })) return { type: 'write' };
  return { type: 'write', overdueAt };
}

function afterSearching(result: SearchStepResult, at: Instant): AttemptStep {
  switch (result.kind) {
    case 'step':
      return result.step;
    case 'finish':
      return finish(result.facts, result.verdict, { searched: true });
    case 'proceed':
      return proceed({ ...result.facts, full: noneFull }, at);
  }
}

function hangUp(plan: AttemptPlan, at: Instant): AttemptStep {
  const gone = { ...plan, callerGone: true };
  if (gone.state === 'attempting') return { plan: gone, effect: { type: 'cancel-unwritten' } };
  if (gone.state === 'waiting' && isCancelled(gone)) return proceed(gone, at);
  return still(gone);
}

function timeUp(plan: Exclude<AttemptPlan, { state: 'done' }>, at: Instant): AttemptStep {
  const { attempts } = plan;
  const [one] = plan.state === 'attempting' && plan.writing ? plan.running : [];
  if (one !== undefined) {
    const open = withOpen(plan, one, at);
    return finish(open, unknownVerdict(open.attempts), { outstanding: one });
  }
  if (plan.state === 'searching') {
    const { listening: outstanding, refused, inconclusive } = plan;
    const more = {
      ...(outstanding && { outstanding }),
      ...(refused && { refused }),
      ...(inconclusive !== undefined && { searched: true as const }),
    };
    return finish(plan, unknownVerdict(attempts, inconclusive), more);
  }
  if (anyUnknown(attempts)) return finish(plan, unknownVerdict(attempts));
  return finish(plan, plan.state === 'waiting' ? nobodyLeft(plan, at) : outOfTimeVerdict(attempts));
}

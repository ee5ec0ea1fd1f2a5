import type { Instant } from '../clock.ts';
import { exclude, nextCandidate, nothingExcluded } from './attempt-exclusions.ts';
import type { Exclusions } from './attempt-exclusions.ts';
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
import { asIfAttempted, nextReturn } from './attempt-return.ts';
import { anyUnknown, beginSearch, stepAfterEnd, stepSearching } from './attempt-search.ts';
import type { SearchStepResult } from './attempt-search.ts';
import { exhaustedVerdict, outOfTimeVerdict, refusedVerdict, unknownVerdict } from './attempt-verdict.ts';
import type { AttemptVerdict, Candidate, EndedAttempt, FullChannels } from './attempt-verdict.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** An attempt is not worth starting with less time than this before the deadline. */
export const minimumAttemptMs = 300;

/** While another candidate is left, an attempt takes this share of what remains, but may always take `floorMs`. */
const attemptShare = { ofRemaining: 0.6, floorMs: 1000 } as const;

const nobodyFull: FullChannels = new Map();

/** Begins a plan at `at`. */
export function startAttemptPlan(input: AttemptPlanInput, at: Instant): AttemptStep {
  const nothing = { begun: 0, attempts: [], blocked: [], full: nobodyFull, callerGone: false };
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

type OfAttempt = Extract<AttemptEvent, { readonly number: number }>;

function ofAttempt(plan: AttemptingPlan, event: OfAttempt): AttemptStep {
  const one = plan.running.find(({ number }) => number === event.number);
  // It lost the race, or was given up.
  if (one === undefined) return still(plan);
  const others = plan.running.filter((each) => each !== one);
  const { at } = event;
  switch (event.type) {
    case 'ready':
      if (at >= plan.input.deadline || isCancelled(plan)) return still(plan);
      return { plan: { ...plan, running: [one], writing: true }, effect: writeEffect(plan, at) };
    case 'overdue':
      return plan.writing && searches(plan) ? overdue(plan, one, at) : still(plan);
    case 'no-room':
      return goOn({ ...plan, full: new Map(plan.full).set(one.candidate.channel, event.limit) }, others, at);
    case 'blocked': {
      const { candidate } = one;
      const blocked = [...plan.blocked, { candidate, block: event.block }];
      return goOn({ ...plan, blocked, excluded: exclude(plan.excluded, candidate, 'nothing') }, others, at);
    }
    case 'ended':
      return afterAttempt(plan, one, others, event.outcome, at);
  }
}

/** Once another candidate could be asked, the provider is asked about an attempt; what it answers still counts. */
function writeEffect({ input }: PlanFacts, at: Instant): Extract<AttemptEffect, { type: 'write' }> {
  const overdueAt = at + shareOf(input.deadline - at, input.readMs);
  const inTime = overdueAt < input.deadline;
  return { type: 'write', ...(searches({ input }) && inTime && { overdueAt }) };
}

function overdue(plan: AttemptingPlan, one: RunningAttempt, at: Instant): AttemptStep {
  return beginSearch(withOpen(withoutRunning(plan), one, at), { listening: one });
}

function withoutRunning({
  input,
  begun,
  attempts,
  excluded,
  blocked,
  full,
  callerGone,
}: PlanFacts): PlanFacts {
  return { input, begun, attempts, excluded, blocked, full, callerGone };
}

/** Whether an unknown outcome is followed by a search. */
function searches({ input }: Pick<PlanFacts, 'input'>): boolean {
  return input.onUnknownOutcome === 'reconcile' && input.search !== undefined;
}

function afterSearching(result: SearchStepResult, at: Instant): AttemptStep {
  switch (result.kind) {
    case 'step':
      return result.step;
    case 'finish':
      return finish(result.facts, result.verdict, { searched: true });
    case 'proceed':
      return proceed({ ...result.facts, full: nobodyFull }, at);
  }
}

function afterAttempt(
  plan: AttemptingPlan,
  { candidate, startedAt }: RunningAttempt,
  others: readonly RunningAttempt[],
  outcome: Outcome,
  at: Instant,
): AttemptStep {
  const attempts = [...plan.attempts, { candidate, outcome, startedAt, endedAt: at }];
  const excluded = exclude(plan.excluded, candidate, outcome.excludes);
  const next = { ...plan, attempts, excluded, full: nobodyFull };
  if (plan.input.search !== undefined && leavesDoubt(plan.attempts, outcome)) {
    return beginSearch(withoutRunning(next), { refused: outcome });
  }
  if (outcome.class === 'unknown' && searches(next)) return beginSearch(withoutRunning(next));
  const verdict = verdictOf(next, outcome);
  return verdict === undefined ? goOn(next, others, at) : finish(next, verdict);
}

/** Refused after one that stayed open: nothing more is sent, and what became of that one is asked. */
function leavesDoubt(before: readonly EndedAttempt[], outcome: Outcome): boolean {
  if (outcome.excludes !== 'everything') return false;
  // A limit may even come of a text that nobody found.
  const absentToo = outcome.class === 'limited';
  return absentToo ? before.some((one) => one.outcome.class === 'unknown') : anyUnknown(before);
}

/** What an outcome decides by itself; undefined: other candidates may take the message. */
function verdictOf({ attempts, input }: PlanFacts, outcome: Outcome): AttemptVerdict | undefined {
  if (outcome.class === 'accepted') {
    return { kind: 'accepted', channel: attempts.at(-1)?.candidate.channel ?? '' };
  }
  if (outcome.excludes === 'everything') {
    return anyUnknown(attempts) ? unknownVerdict(attempts) : refusedVerdict(outcome);
  }
  if (outcome.class === 'unknown' && input.onUnknownOutcome !== 'resend') return unknownVerdict(attempts);
  return undefined;
}

/** After an attempt is over: the next one, beside those that still connect. */
function goOn(plan: AttemptingPlan, others: readonly RunningAttempt[], at: Instant): AttemptStep {
  if (others.length === 0) return proceed(plan, at);
  return beside({ ...plan, running: others, writing: false }, at);
}

/** Opens the connection of another host beside those that are being opened, where there is one and time for it. */
function beside(plan: AttemptingPlan, at: Instant): AttemptStep {
  const { input, full, running } = plan;
  if (isCancelled(plan) || input.deadline - at < minimumAttemptMs) return still(plan);
  const taken = running.reduce<Exclusions>(
    (excluded, { candidate }) => exclude(excluded, candidate, 'host'),
    plan.excluded,
  );
  const candidate = nextCandidate(input.candidates, taken, full);
  if (candidate === undefined || running.some((each) => each.candidate.host === candidate.host)) {
    return still(plan);
  }
  return attempt(plan, candidate, at, running);
}

/** Starts the next attempt, or ends the plan where there is none to start. */
function proceed(facts: PlanFacts, at: Instant): AttemptStep {
  const { attempts, excluded, full, input } = facts;
  if (isCancelled(facts)) {
    return finish(facts, { kind: 'cancelled', reason: 'the caller hung up before anything was written' });
  }
  const candidate = nextCandidate(input.candidates, excluded, full);
  if (candidate === undefined) return comeBack(facts, at);
  if (input.deadline - at < minimumAttemptMs) {
    return finish(facts, anyUnknown(attempts) ? unknownVerdict(attempts) : outOfTimeVerdict(attempts));
  }
  return attempt(facts, candidate, at, []);
}

/** With every candidate tried, full or blocked: waits for the first that may be tried again. */
function comeBack(facts: PlanFacts, at: Instant, budgetEmpty = false): AttemptStep {
  const { attempts, blocked, input } = facts;
  const { candidates, deadline, retry: rules, random = () => 1 } = input;
  const resend = input.onUnknownOutcome === 'resend';
  const back = rules && nextReturn({ candidates, attempts, blocked, rules, resend, random, budgetEmpty }, at);
  if (back === undefined || deadline - back.at < minimumAttemptMs)
    return finish(facts, nobodyLeft(facts, at));
  const { candidate } = back;
  const waiting = blocked.filter((each) => each.candidate.channel !== candidate.channel);
  return {
    plan: { ...facts, blocked: waiting, state: 'waiting', candidate },
    effect: { type: 'wait', until: back.at, retry: back.tried },
  };
}

function attempt(
  facts: PlanFacts,
  candidate: Candidate,
  at: Instant,
  running: readonly RunningAttempt[],
): AttemptStep {
  const { input, excluded, full } = facts;
  const number = facts.begun + 1;
  const remaining = input.deadline - at;
  const passedOver = new Set([
    ...full.keys(),
    candidate.channel,
    ...running.map((each) => each.candidate.channel),
  ]);
  const another = nextCandidate(input.candidates, excluded, passedOver) !== undefined;
  const ceiling = another ? shareOf(remaining, input.readMs) : input.connectMs + input.readMs;
  return {
    plan: {
      ...facts,
      begun: number,
      state: 'attempting',
      running: [...running, { number, candidate, startedAt: at }],
      writing: false,
    },
    effect: {
      type: 'attempt',
      candidate,
      number,
      deadline: at + Math.min(remaining, ceiling),
      // Whom a resend follows is given up in time for it; any other written attempt is worth every answer.
      listen: !another || input.onUnknownOutcome !== 'resend',
    },
  };
}

function hangUp(plan: AttemptPlan, at: Instant): AttemptStep {
  const gone = { ...plan, callerGone: true };
  if (gone.state === 'attempting') return { plan: gone, effect: { type: 'cancel-unwritten' } };
  if (gone.state === 'waiting' && isCancelled(gone)) return proceed(gone, at);
  return still(gone);
}

/** Whether the caller left a message of which nothing was written. */
function isCancelled({ attempts, callerGone }: PlanFacts): boolean {
  return callerGone && attempts.every(({ outcome }) => !outcome.written);
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

/** The facts with an attempt that was written and is not answered as one of unknown outcome. */
function withOpen<T extends PlanFacts>(plan: T, { candidate, startedAt }: RunningAttempt, at: Instant): T {
  const outcome = outcomeOf('unknown', { reason: 'written, and not answered yet', written: true });
  const excluded = exclude(plan.excluded, candidate, outcome.excludes);
  return { ...plan, excluded, attempts: [...plan.attempts, { candidate, outcome, startedAt, endedAt: at }] };
}

function nobodyLeft({ attempts, blocked, full }: PlanFacts, at: Instant): AttemptVerdict {
  if (anyUnknown(attempts)) return unknownVerdict(attempts);
  return exhaustedVerdict(
    attempts,
    full,
    blocked.map((each) => asIfAttempted(each, at)),
  );
}

function shareOf(remaining: number, readMs: number): number {
  return Math.min(readMs, Math.max(attemptShare.floorMs, attemptShare.ofRemaining * remaining));
}

function still(plan: AttemptPlan): AttemptStep {
  return { plan, effect: { type: 'nothing' } };
}

interface FinishFacts {
  readonly outstanding?: RunningAttempt;
  readonly refused?: Outcome;
  /** The search is over. */
  readonly searched?: true;
}

/** Ends the plan; what stays unknown is searched for all the same, unless it was. */
function finish(facts: PlanFacts, verdict: AttemptVerdict, more: FinishFacts = {}): AttemptStep {
  const { input, begun, attempts, excluded, blocked, full, callerGone } = facts;
  const { outstanding, refused, searched } = more;
  const over = { input, begun, attempts, excluded, blocked, full, callerGone };
  const searching = verdict.kind === 'unknown' && input.search !== undefined && searched === undefined;
  const open = { ...(outstanding && { outstanding }), ...(refused && { refused }) };
  return {
    plan: { ...over, state: 'done', verdict, ...open, ...(searching && { searching }) },
    effect: { type: 'finish', verdict },
  };
}

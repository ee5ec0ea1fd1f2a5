import type { Instant } from '../clock.ts';
import { numbersToAsk } from './numbers-to-ask.ts';
import { judgeRound } from './judge-round.ts';
import type {
  HostClock,
  NoRecordsAnswer,
  OpenSearch,
  RecordsAnswer,
  Search,
  SearchEffect,
  SearchEvent,
  SearchInput,
  SearchStep,
  SearchVerdict,
} from './search-state.ts';
import { daysToAsk } from './shanghai-days.ts';
import { sentBetween } from './sent-between.ts';

/** Absence is believed the second time. */
const roundsThatProve = 2;
/** What a question and the answer to the caller are given before the caller's deadline. */
const answerMs = 500;

/** Begins a search at `at`; `endedAt` of its attempt may be told later. */
export function startSearch(input: SearchInput, at: Instant): SearchStep {
  const { endedAt } = input.time;
  const search: OpenSearch = {
    state: 'searching',
    input,
    beganAt: at,
    ...(endedAt !== undefined && { endedAt }),
    asking: false,
    nextAt: at + input.rules.firstMs,
    absentRounds: 0,
    doubtfulRounds: 0,
  };
  return goOn(search, at);
}

/** The whole life of a search: state and event in, next state and one effect out. */
export function stepSearch(search: Search, event: SearchEvent): SearchStep {
  if (search.state === 'done') return { search, effect: { type: 'nothing' } };
  switch (event.type) {
    case 'stopped':
      return done(search, { kind: 'inconclusive', reason: event.reason });
    case 'attempt-ended':
      return goOn({ ...search, endedAt: search.endedAt ?? event.at }, event.at);
    case 'due':
      if (search.asking) return { search, effect: { type: 'nothing' } };
      if (event.at >= endOf(search)) return outOfTime(search);
      if (event.at < search.nextAt) return goOn(search, event.at);
      return ask(search, event.at, event.wallTime);
    case 'round':
      return afterRound(search, event);
  }
}

function ask(search: OpenSearch, at: Instant, wallTime: number): SearchStep {
  const { input } = search;
  return {
    search: { ...search, asking: true, nextAt: nextAfter(input, at) },
    effect: {
      type: 'ask',
      numbers: numbersToAsk(input.sought.e164),
      days: daysOf(search, at, wallTime),
      until: endOf(search),
    },
  };
}

/** The next question: one that would come too late for whoever waits is asked as late as it still helps. */
function nextAfter({ rules: { intervalMs }, wantedBy }: SearchInput, at: Instant): Instant {
  const next = at + intervalMs;
  if (wantedBy === undefined || next <= wantedBy - answerMs) return next;
  const last = wantedBy - answerMs;
  return last - at >= intervalMs / 4 ? last : next;
}

/** The days to ask for, by the host's clock where it is known, else by ours. */
function daysOf(search: OpenSearch, at: Instant, wallTime: number): readonly string[] {
  const { hostClock = { hostTime: wallTime, at } } = search;
  const { from, to } = sentBetween(search.input.time, search.endedAt, hostClock);
  return daysToAsk(from, to);
}

function afterRound(search: OpenSearch, event: Extract<SearchEvent, { type: 'round' }>): SearchStep {
  const { at, wallTime, answers, rivals } = event;
  const hostClock = hostClockOf(answers) ?? search.hostClock;
  const next: OpenSearch = { ...search, asking: false, redated: false, ...(hostClock && { hostClock }) };
  const verdict = judgeRound(next, answers, rivals, { at, wallTime });
  switch (verdict.kind) {
    case 'found':
      return done(next, { kind: 'found' });
    case 'absent':
      if (search.absentRounds + 1 >= roundsThatProve) return done(next, { kind: 'absent' });
      return goOn({ ...next, absentRounds: search.absentRounds + 1, doubtfulRounds: 0 }, at);
    case 'doubtful':
      // Records are not taken back: whoever looks the same will do so for ever.
      if (verdict.lasting && search.doubtfulRounds + 1 >= roundsThatProve) {
        return done(next, { kind: 'inconclusive', reason: verdict.reason });
      }
      return goOn(
        {
          ...next,
          absentRounds: 0,
          doubtfulRounds: verdict.lasting ? search.doubtfulRounds + 1 : 0,
          trouble: verdict.reason,
        },
        at,
      );
    case 'other-days':
      // Once that is known it is asked for at once; hosts that disagree about the day are not asked all the time.
      return goOn(
        {
          ...next,
          ...(search.redated !== true && { nextAt: at }),
          redated: true,
          trouble: 'the host’s clock shows another day',
        },
        at,
      );
  }
}

/** What the answers tell of the attempt's own host, else of another one's clock. */
function hostClockOf(answers: readonly (RecordsAnswer | NoRecordsAnswer)[]): HostClock | undefined {
  const clocks = answers.flatMap((answer) => {
    if (!answer.answered || answer.hostTime === undefined) return [];
    return [{ sameHost: answer.sameHost, hostTime: answer.hostTime, at: answer.receivedAt }];
  });
  return clocks.findLast(({ sameHost }) => sameHost) ?? clocks.at(-1);
}

function goOn(search: OpenSearch, at: Instant): SearchStep {
  if (search.asking) return { search, effect: { type: 'nothing' } };
  const until = Math.max(at, Math.min(search.nextAt, endOf(search)));
  return { search, effect: { type: 'wait', until } };
}

function endOf({ beganAt, endedAt, input }: OpenSearch): Instant {
  return Math.max(beganAt, endedAt ?? beganAt) + input.rules.budgetMs;
}

function outOfTime(search: OpenSearch): SearchStep {
  const { trouble } = search;
  const reason = `asked for ${String(search.input.rules.budgetMs)} ms${trouble === undefined ? '' : `: ${trouble}`}`;
  return done(search, { kind: 'inconclusive', reason });
}

function done({ input, beganAt, endedAt }: OpenSearch, verdict: SearchVerdict): SearchStep {
  const effect: SearchEffect = { type: 'done', verdict };
  return {
    search: { state: 'done', input, beganAt, ...(endedAt !== undefined && { endedAt }), verdict },
    effect,
  };
}

import type { Instant } from '../clock.ts';
import { fitOf } from './row-fit.ts';
import type { NoRecordsAnswer, OpenSearch, RecordsAnswer, Rivals } from './search-state.ts';
import { isTimeTrusted, sentBetween } from './sent-between.ts';
import { daysToAsk } from './shanghai-days.ts';
import { numbersToAsk } from './numbers-to-ask.ts';

/** What one round of questions says. */
export type RoundVerdict =
  | { readonly kind: 'found' }
  /** It counts as absence, once. */
  | { readonly kind: 'absent' }
  /** It proves nothing. `lasting`: nor would another. */
  | { readonly kind: 'doubtful'; readonly lasting: boolean; readonly reason: string }
  /** The questions were for other days than the host's clock makes them. */
  | { readonly kind: 'other-days' };

/** Judges the answers of one round. `search.hostClock` is as the round has shown it. */
export function judgeRound(
  search: OpenSearch,
  answers: readonly (RecordsAnswer | NoRecordsAnswer)[],
  rivals: Rivals,
  now: { readonly at: Instant; readonly wallTime: number },
): RoundVerdict {
  const { input, endedAt, hostClock } = search;
  const { sought, time, rules } = input;
  const trusted = isTimeTrusted(time, now);
  const between = hostClock && trusted ? sentBetween(time, endedAt, hostClock) : undefined;
  const given = answers.filter((answer) => answer.answered);
  const fits = numbersToAsk(sought.e164).map((number) =>
    given
      .filter((answer) => answer.number === number)
      .flatMap(({ rows }) => rows.map((row) => fitOf(row, sought, number, between)))
      .filter((fit) => fit !== 'other'),
  );
  const rivalCount = rivals.accepted + rivals.open;
  const proven = (one: readonly string[]) =>
    sought.unique ? one.includes('evident') : one.length === 1 && one[0] === 'evident' && rivalCount === 0;
  if (fits.some(proven)) return { kind: 'found' };
  if (fits.some((one) => one.length > 0)) {
    return {
      kind: 'doubtful',
      lasting: settled(search, now.at),
      reason: whyDoubtful(sought.unique, fits, rivalCount),
    };
  }
  const missing = answers.find((answer) => !answer.answered);
  if (missing?.answered === false) return doubtful(missing.reason);
  if (!trusted) return doubtful('a clock of this machine was set since the attempt');
  if (hostClock === undefined || between === undefined) return doubtful('the host does not tell its time');
  const asked = new Set(answers.map(({ day }) => day));
  if (!daysToAsk(between.from, between.to).every((day) => asked.has(day))) return { kind: 'other-days' };
  if (!given.every(({ sameHost }) => sameHost || input.recordsShared)) {
    return doubtful('another host of the account has no record of it, which proves nothing');
  }
  if (rivals.accepted > 0)
    return doubtful('records of messages like it, which were accepted, do not show yet');
  if (endedAt === undefined) return doubtful('the request may still arrive');
  if (given.some(({ askedAt }) => askedAt < endedAt + rules.settleMs)) {
    return doubtful('records may be late');
  }
  return given.length > 0 ? { kind: 'absent' } : doubtful('nobody was asked');
}

function settled({ endedAt, input }: OpenSearch, at: Instant): boolean {
  return endedAt !== undefined && at >= endedAt + input.rules.settleMs;
}

function doubtful(reason: string): RoundVerdict {
  return { kind: 'doubtful', lasting: false, reason };
}

function whyDoubtful(unique: boolean, fits: readonly (readonly string[])[], rivals: number): string {
  if (unique) return 'a record has its OutId, and another template or number';
  if (rivals > 0) return 'a record fits, and other messages of this agent look the same';
  if (fits.some((one) => one.length > 1)) return 'several records fit, and its OutId is not its own';
  return 'a record fits, and nothing in it proves that it is this message’s: its OutId is not its own';
}

import { startSearch, stepSearch } from '../reconcile/search.ts';
import type {
  Rivals,
  SearchInput,
  SearchRules,
  SearchStep,
  SearchVerdict,
} from '../reconcile/search-state.ts';
import type { Sought } from '../reconcile/sought.ts';
import { RecordKeeper } from './record-keeper.ts';
import type { KeptText, RecordKeeperOptions } from './record-keeper.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The defaults of the strategy. */
export const defaultRules: SearchRules = { firstMs: 500, intervalMs: 2000, settleMs: 3000, budgetMs: 60_000 };
/** The host of the attempt. */
export const ownHost = 'one:443';
/** Nobody else sends the like. */
export const noRivals: Rivals = { accepted: 0, open: 0 };
/** The phone of every story. */
export const number = '+8613800138000';
/** An attempt under an OutId of our own. */
export const own: Sought = {
  e164: [number],
  templateCode: 'SMS_1',
  outId: 'an id of ours',
  unique: true,
  values: ['4071'],
};
/** The same under an OutId that the caller sends with every message. */
export const constant: Sought = { ...own, outId: 'constant', unique: false };
/** A text with a code. */
export const textOf = (code: string) => `【阿里云】您的验证码是：${code}`;

/** What is special about a search. */
export interface Story {
  readonly sought?: Sought;
  readonly rules?: Partial<SearchRules>;
  readonly recordsShared?: boolean;
  readonly rivals?: Rivals;
  /** The hosts that are asked, in their order; the attempt's own is `one:443`. */
  readonly hosts?: readonly string[];
  /** Told before every step of a second. */
  readonly each?: (at: number) => void;
  /** Until when a caller waits. */
  readonly wantedBy?: number;
  /** How long the attempt took. */
  readonly lasted?: number;
  /** In place of what is known of the attempt's time. */
  readonly time?: SearchInput['time'];
}

/** What a search came to. */
export interface Told {
  readonly verdict: SearchVerdict;
  /** From the attempt's end. */
  readonly afterMs: number;
  readonly questions: number;
}

/** Searches in virtual time for an attempt that began now. */
export function search(clock: VirtualClock, keeper: RecordKeeper, story: Story = {}): Told {
  const startedAt = clock.now();
  const startedWall = clock.wallTime();
  clock.advance(story.lasted ?? 1000);
  const { sought = own, recordsShared = false } = story;
  const endedAt = clock.now();
  const time = story.time ?? { startedAt, startedWall, endedAt };
  const { wantedBy } = story;
  const input = {
    ...{ sought, recordsShared, rules: { ...defaultRules, ...story.rules }, time },
    ...(wantedBy !== undefined && { wantedBy }),
  };
  let questions = 0;
  let step: SearchStep = startSearch(input, clock.now());
  for (;;) {
    const { search: now, effect } = step;
    const event = { at: clock.now(), wallTime: clock.wallTime() };
    if (effect.type === 'done') return { verdict: effect.verdict, afterMs: clock.now() - endedAt, questions };
    if (effect.type === 'wait') {
      for (let left = effect.until - clock.now(); left > 0; left = effect.until - clock.now()) {
        clock.advance(Math.min(left, 1000));
        story.each?.(clock.now() - startedAt);
      }
      step = stepSearch(now, { type: 'due', at: clock.now(), wallTime: clock.wallTime() });
    } else if (effect.type === 'ask') {
      questions += 1;
      const answers = effect.numbers.flatMap((each) =>
        effect.days.map((day) => {
          const all = (story.hosts ?? [ownHost]).map((asked) => keeper.answer(asked, ownHost, each, day));
          return (
            all.find((answer) => answer.answered) ??
            all[0] ?? { answered: false as const, number: each, day, reason: 'nobody' }
          );
        }),
      );
      step = stepSearch(now, { type: 'round', ...event, answers, rivals: story.rivals ?? noRivals });
    } else throw new Error('the search waits for nothing');
  }
}

/** A provider's records and a clock that has run for a while. */
export function scene(options: RecordKeeperOptions = {}, wallTime?: number) {
  const clock = new VirtualClock(wallTime);
  clock.advance(1_000_000);
  return { clock, keeper: new RecordKeeper(clock, options) };
}

/** The text of `own`, as a provider took it. */
export const taken: KeptText = {
  number,
  templateCode: 'SMS_1',
  outId: own.outId,
  content: textOf('4071'),
  host: ownHost,
};
/** The text of `constant`. */
export const takenConstant: KeptText = { ...taken, outId: constant.outId };

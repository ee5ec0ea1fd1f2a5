import type { Scale } from '../scale.ts';
import { spreadOf } from './spread.ts';
import type { Spread } from './spread.ts';

/** One subject of a comparison. */
export interface Contender<Sample> {
  /** As readers know it. */
  readonly name: string;
  readonly warmUp?: () => Promise<unknown>;
  readonly measure: () => Promise<Sample>;
}

/** One contender's samples, round by round. */
export interface Series<Sample> {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/**
 * Measures all contenders in rounds, every second round in reverse (ABBA), so that what drifts while it runs favours
 * nobody. Resolves with a series for each, in the order given.
 */
export async function rounds<Sample>(
  contenders: readonly Contender<Sample>[],
  { rounds: count }: Scale,
): Promise<readonly Series<Sample>[]> {
  const series = contenders.map(({ name, measure }) => ({ name, measure, samples: [] as Sample[] }));
  for (const { warmUp } of contenders) await warmUp?.();
  for (let round = 0; round < count; round += 1) {
    const order = round % 2 === 0 ? series : series.toReversed();
    for (const { samples, measure } of order) samples.push(await measure());
  }
  return series;
}

/** The spread of one figure over the rounds. */
export function spreadBy<Sample>({ samples }: Series<Sample>, figure: (sample: Sample) => number): Spread {
  return spreadOf(samples.map(figure));
}

/** The spread of the ratio of one figure, each round's subject by the same round's peer. */
export function ratioBy<Sample>(
  subject: Series<Sample>,
  peer: Series<Sample>,
  figure: (sample: Sample) => number,
): Spread {
  return spreadOf(
    subject.samples.map((sample, round) => {
      const other = peer.samples[round];
      if (other === undefined) throw new Error(`no peer in round ${String(round)}`);
      return figure(sample) / figure(other);
    }),
  );
}

/** What is measured again and again of a process: quantity → value. */
export type Sample = Readonly<Record<Quantity, number>>;

/** What must not grow. */
export type Quantity = 'ownMb' | 'sockets' | 'descriptors' | 'handles' | 'threads';

/** How much more than before is no growth: `before × factor + slack`. */
interface Bound {
  readonly words: string;
  readonly factor: number;
  readonly slack: number;
}

/**
 * Why these: a leak counts by the message, of which a full run has some 40,000, and some half of them lie between the
 * two windows. Memory is let a tenth and 8 MB, since V8 collects when it likes and what the agent remembers of requests
 * (15 minutes) fills up during the run; a leak of 1 kB a message is beyond it. Connections come and go with faults, and
 * a median may catch a few more; one that is left at each turn is beyond it. A Node process never needs more threads.
 */
const bounds: Readonly<Record<Quantity, Bound>> = {
  ownMb: { words: 'resident memory, MB', factor: 1.1, slack: 8 },
  sockets: { words: 'open sockets', factor: 1, slack: 10 },
  descriptors: { words: 'file descriptors', factor: 1, slack: 12 },
  handles: { words: 'handles of the event loop', factor: 1, slack: 16 },
  threads: { words: 'threads', factor: 1, slack: 2 },
};

/** How a quantity stood in the last window beside the settled one. */
export interface Growth {
  readonly quantity: Quantity;
  readonly words: string;
  /** Median of the second fifth of the samples, since the first is for settling; of memory the lowest of two fifths. */
  readonly before: number;
  /** Median of the last fifth; of memory the lowest of the last two. */
  readonly after: number;
  /** Infinite where it is not judged. */
  readonly limit: number;
  readonly grown: boolean;
}

/** From how many minutes on memory is judged: a Node process fills its heap for some minutes before it collects it. */
const memoryJudgedFrom = 15;

/**
 * Compares the end of a run of so many minutes with its settled time before; throws where there are fewer than five
 * samples. Of memory it compares what is left after collecting: between two collections a heap grows for minutes.
 */
export function judgeGrowth(samples: readonly Sample[], minutes: number): readonly Growth[] {
  if (samples.length < 5) throw new Error(`growth needs 5 samples or more, not ${String(samples.length)}`);
  const part = (from: number, to: number, quantity: Quantity) =>
    samples
      .slice(Math.floor(samples.length * from), Math.floor(samples.length * to))
      .map((sample) => sample[quantity]);
  return (Object.keys(bounds) as Quantity[]).map((quantity) => {
    const { words, factor, slack } = bounds[quantity];
    const ofMemory = quantity === 'ownMb';
    const before = ofMemory ? Math.min(...part(0.2, 0.6, quantity)) : medianOf(part(0.2, 0.4, quantity));
    const after = ofMemory ? Math.min(...part(0.6, 1, quantity)) : medianOf(part(0.8, 1, quantity));
    const settled = !ofMemory || minutes >= memoryJudgedFrom;
    const limit = settled ? before * factor + slack : Infinity;
    // Written so that what could not be measured counts as grown.
    return { quantity, words, before, after, limit, grown: !(after <= limit) };
  });
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

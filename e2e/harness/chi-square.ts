/**
 * The χ² statistic of counts against shares: how far from what the shares say the counts lie. With one degree of
 * freedom (two channels) chance alone exceeds 28.4 once in 10 million.
 */
export function chiSquare(
  counts: Readonly<Record<string, number>>,
  shares: Readonly<Record<string, number>>,
): number {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const whole = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return Object.entries(shares).reduce((sum, [name, share]) => {
    const expected = (total * share) / whole;
    return sum + ((counts[name] ?? 0) - expected) ** 2 / expected;
  }, 0);
}

/** Exceeded by chance once in 10 million with two channels. */
export const chiSquareLimit = 28.4;

/** Pearson's χ²: how far counts lie from what was expected; the larger, the less likely by chance. */
export function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, index) => {
    const expectation = expected[index] ?? 0;
    return sum + (count - expectation) ** 2 / expectation;
  }, 0);
}

/** The χ² that chance exceeds once in a thousand runs (Wilson and Hilferty 1931, good to about 1 %). */
export function chiSquareLimit(degreesOfFreedom: number): number {
  const variance = 2 / (9 * degreesOfFreedom);
  return degreesOfFreedom * (1 - variance + 3.0902 * Math.sqrt(variance)) ** 3;
}

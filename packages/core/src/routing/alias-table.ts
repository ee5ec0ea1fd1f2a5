import type { Random } from '../clock.ts';

/** Draws an index by weight in constant time (Walker's alias method, built by Vose's way). */
export type AliasTable = (random: Random) => number;

/** Prepares draws by these weights, of which each is above 0 and finite. Drawing uses the dice once. */
export function buildAliasTable(weights: readonly number[]): AliasTable {
  const count = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = weights.map((weight) => (weight * count) / total);
  const alias = weights.map((_, index) => index);
  const small = share.flatMap((value, index) => (value < 1 ? [index] : []));
  const large = share.flatMap((value, index) => (value < 1 ? [] : [index]));
  for (;;) {
    const less = small.pop();
    const more = large.pop();
    if (less === undefined || more === undefined) {
      // Rounding leaves a column that is full but for its last bits.
      for (const index of [less, more, ...small, ...large]) if (index !== undefined) share[index] = 1;
      break;
    }
    alias[less] = more;
    const rest = (share[more] ?? 0) + (share[less] ?? 0) - 1;
    share[more] = rest;
    (rest < 1 ? small : large).push(more);
  }
  return (random) => {
    const position = random() * count;
    const column = Math.min(Math.floor(position), count - 1);
    return position - column < (share[column] ?? 1) ? column : (alias[column] ?? column);
  };
}

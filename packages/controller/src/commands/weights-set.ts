import type { CommandDefinition } from '../command-definition.ts';
import { usage } from '../invocation.ts';
import { changeOptions } from '../workflow/change-strategy.ts';
import { changePolicyOf } from '../workflow/change-policy.ts';

/** `wayctl weights set`. */
export const weightsSet: CommandDefinition = {
  name: 'weights set',
  summary: "Set the shares of a route's channels",
  details:
    'Weights are shares of each other, 0–1000 each: 70 and 30 are as good as 7 and 3. Channels that are not named keep their weight; 0 takes a channel out of the draw and leaves it as a last resort. The route must be weighted-random ("policy set" changes that).',
  arguments: [
    { name: '<ROUTE>', description: 'name of the route' },
    { name: '<CHANNEL=WEIGHT...>', description: 'channels with their new weights' },
  ],
  options: changeOptions,
  examples: [
    'wayctl weights set default cn-hangzhou=70 ap-southeast-1=30',
    'wayctl weights set default cn-hangzhou=0 --reason "Hangzhou is slow" --yes --wait',
  ],
  async run(invocation) {
    const weights = readWeights(invocation.rest(1));
    const wanted = { kind: 'weighted-random', members: 'CHANNEL=WEIGHT…' } as const;
    return changePolicyOf(invocation, wanted, Object.keys(weights), (policy) => {
      return { ...policy, weights: { ...policy.weights, ...weights } };
    });
  },
};

/** Reads `cn-hangzhou=70 ap-southeast-1=30`; what is no number, or names a channel twice, is refused. */
export function readWeights(words: readonly string[]): Readonly<Record<string, number>> {
  const weights = new Map<string, number>();
  for (const word of words) {
    const split = word.lastIndexOf('=');
    const channel = word.slice(0, split);
    const value = word.slice(split + 1);
    if (split < 1) throw usage(`a weight is written CHANNEL=WEIGHT, such as cn-hangzhou=70, got ${word}`);
    if (weights.has(channel)) throw usage(`channel ${channel} is given two weights`);
    if (!/^-?\d+(\.\d+)?$/.test(value)) {
      throw usage(`the weight of ${channel} must be a number, 0–1000, got ${JSON.stringify(value)}`);
    }
    weights.set(channel, Number(value));
  }
  return Object.fromEntries(weights);
}

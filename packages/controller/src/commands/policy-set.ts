import type { Policy } from '@waystation/core';
import type { CommandDefinition } from '../command-definition.ts';
import { usage } from '../invocation.ts';
import { changePolicy } from '../workflow/change-policy.ts';
import { changeOptions } from '../workflow/change-strategy.ts';
import { readWeights } from './weights-set.ts';

const kinds = ['primary-backup', 'weighted-random', 'lowest-latency'] as const;

/** `wayctl policy set`. */
export const policySet: CommandDefinition = {
  name: 'policy set',
  summary: 'Choose how a route picks its channels',
  details:
    'primary-backup takes channels in their order, weighted-random channels with weights, lowest-latency channels. The new policy takes the place of the old one whole.',
  arguments: [
    { name: '<ROUTE>', description: 'name of the route' },
    { name: '<KIND>', description: kinds.join(', '), completes: kinds },
    { name: '<CHANNEL...>', description: 'channels in their order, or CHANNEL=WEIGHT for weighted-random' },
  ],
  options: changeOptions,
  examples: [
    'wayctl policy set otp primary-backup cn-hangzhou ap-southeast-1',
    'wayctl policy set default weighted-random cn-hangzhou=70 ap-southeast-1=30',
    'wayctl policy set default lowest-latency cn-hangzhou ap-southeast-1',
  ],
  async run(invocation) {
    const policy = readPolicy(invocation.required(1), invocation.rest(2));
    const channels = policy.kind === 'weighted-random' ? Object.keys(policy.weights) : invocation.rest(2);
    return changePolicy(invocation, invocation.required(0), channels, () => policy);
  },
};

function readPolicy(kind: string, words: readonly string[]): Policy {
  switch (kind) {
    case 'primary-backup':
      return { kind, order: distinct(words) };
    case 'weighted-random':
      return { kind, weights: readWeights(words) };
    case 'lowest-latency':
      return { kind, channels: distinct(words) };
    default:
      throw usage(`the kind of a policy must be ${kinds.join(', ')}, got ${JSON.stringify(kind)}`);
  }
}

function distinct(words: readonly string[]): string[] {
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice !== undefined) throw usage(`channel ${twice} is named twice`);
  const weighted = words.find((word) => word.includes('='));
  if (weighted !== undefined) throw usage(`only weighted-random takes weights, got ${weighted}`);
  return [...words];
}

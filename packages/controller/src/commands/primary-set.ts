import type { CommandDefinition } from '../command-definition.ts';
import { changeOptions } from '../workflow/change-strategy.ts';
import { changePolicyOf } from '../workflow/change-policy.ts';

/** `wayctl primary set`. */
export const primarySet: CommandDefinition = {
  name: 'primary set',
  summary: 'Make a channel the primary of a route',
  details:
    'The channel moves to the front, or is added there; the others keep their order behind it as backups. The route must be primary-backup ("policy set" changes that).',
  arguments: [
    { name: '<ROUTE>', description: 'name of the route' },
    { name: '<CHANNEL>', description: 'name of the channel' },
  ],
  options: changeOptions,
  examples: [
    'wayctl primary set otp ap-southeast-1 --reason "Hangzhou is in maintenance"',
    'wayctl primary set otp cn-hangzhou --yes --wait',
  ],
  async run(invocation) {
    const channel = invocation.required(1);
    const wanted = { kind: 'primary-backup', members: 'CHANNEL…' } as const;
    return changePolicyOf(invocation, wanted, [channel], (policy) => {
      return { ...policy, order: [channel, ...policy.order.filter((name) => name !== channel)] };
    });
  },
};

import type { CommandDefinition } from '../command-definition.ts';
import { usage } from '../invocation.ts';
import { changeOptions } from '../workflow/change-strategy.ts';
import { changePolicy } from '../workflow/change-policy.ts';

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
    const [route, channel] = [invocation.required(0), invocation.required(1)];
    return changePolicy(invocation, route, [channel], (policy) => {
      if (policy.kind !== 'primary-backup') {
        throw usage(
          `route ${route} is ${policy.kind}, not primary-backup: change that first with "wayctl policy set ${route} primary-backup CHANNEL…"`,
        );
      }
      return { kind: 'primary-backup', order: [channel, ...policy.order.filter((name) => name !== channel)] };
    });
  },
};

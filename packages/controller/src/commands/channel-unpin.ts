import { lift, liftOptions } from '../workflow/lift-override.ts';
import type { CommandDefinition } from '../command-definition.ts';

/** `wayctl channel unpin`. */
export const channelUnpin: CommandDefinition = {
  name: 'channel unpin',
  summary: 'Give the routes of a pinned channel their other channels back',
  arguments: [{ name: '<CHANNEL>', description: 'name of the channel' }],
  options: liftOptions,
  examples: ['wayctl channel unpin ap-southeast-1'],
  run: (invocation) => lift(invocation, 'pin'),
};

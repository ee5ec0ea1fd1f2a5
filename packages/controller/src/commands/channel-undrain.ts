import { lift, liftOptions } from '../workflow/lift-override.ts';
import type { CommandDefinition } from '../command-definition.ts';

/** `wayctl channel undrain`. */
export const channelUndrain: CommandDefinition = {
  name: 'channel undrain',
  summary: 'Give a drained channel back to its routes',
  arguments: [{ name: '<CHANNEL>', description: 'name of the channel' }],
  options: liftOptions,
  examples: ['wayctl channel undrain cn-hangzhou', 'wayctl channel undrain cn-hangzhou --wait'],
  run: (invocation) => lift(invocation, 'drain'),
};

import type { CommandDefinition } from '../command-definition.ts';
import { usage } from '../invocation.ts';
import { waitOptions } from '../workflow/await-agents.ts';
import { changeOverride, overrideUnchanged, readChannelFacts } from '../workflow/change-override.ts';
import { demandChannels } from '../workflow/change-policy.ts';

/** `wayctl channel pin`. */
export const channelPin: CommandDefinition = {
  name: 'channel pin',
  summary: 'Send by this channel alone on every route that names it',
  details:
    'A pin is stronger than policy, verdicts and health, and it takes failover away: when the pinned channel fails, so do the messages of its routes. Lift it with channel unpin.',
  arguments: [{ name: '<CHANNEL>', description: 'name of the channel' }],
  options: [
    { flags: '--reason <text>', description: 'why; kept with the override and in the events' },
    { flags: '--dry-run', description: 'check and show only' },
    ...waitOptions,
  ],
  examples: ['wayctl channel pin ap-southeast-1 --reason "the others double texts, see ticket 42"'],
  async run(invocation) {
    const channel = invocation.required(0);
    const reason = invocation.reason();
    const facts = await readChannelFacts(invocation);
    demandChannels(facts.strategy.strategy, [channel]);
    const held = facts.overrides.get(channel)?.override;
    if (held?.kind === 'pin') return overrideUnchanged(invocation, channel, `${channel} is pinned already`);
    if (held?.kind === 'drain') {
      throw usage(`${channel} is drained: say "wayctl channel undrain ${channel}" first`);
    }
    return changeOverride(invocation, facts, {
      channel,
      kind: 'pin',
      override: {
        kind: 'pin',
        ...(reason === undefined ? {} : { reason }),
        by: (await invocation.common()).by,
        at: new Date(invocation.world.clock.wallTime()).toISOString(),
      },
      summary: `channel ${channel} pinned${reason === undefined ? '' : `: ${reason}`}`,
    });
  },
};

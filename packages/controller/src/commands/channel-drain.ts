import { WaystationError } from '@waystation/core';
import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { routesWithoutChannel } from '../fleet/usable-channels.ts';
import { usage } from '../invocation.ts';
import { formatDuration } from '../output/duration.ts';
import { waitOptions } from '../workflow/await-agents.ts';
import { changeOverride, overrideUnchanged, readChannelFacts } from '../workflow/change-override.ts';
import type { ChannelFacts } from '../workflow/change-override.ts';
import { demandChannels } from '../workflow/change-policy.ts';
import { confirm } from '../workflow/confirm.ts';

/** Whoever wants a channel out for longer takes it out of the strategy. */
const longestMs = 7 * 86_400_000;

/** `wayctl channel drain`. */
export const channelDrain: CommandDefinition = {
  name: 'channel drain',
  summary: 'Take a channel out of every route until it is undrained',
  details:
    'Agents finish what is in flight there and choose it no more; stronger than any verdict. Refused where a route would have no channel left, unless --force. With --for it ends by itself: the lease is etcd’s, so that holds even if this machine is gone.',
  arguments: [{ name: '<CHANNEL>', description: 'name of the channel' }],
  options: [
    { flags: '--reason <text>', description: 'why; demanded, kept with the override and in the events' },
    { flags: '--for <duration>', description: 'undrain by itself after this long, such as 30m' },
    { flags: '--force', description: 'even if a route is left without a channel' },
    { flags: '--dry-run', description: 'check and show only' },
    { flags: '-y, --yes', description: 'do not ask' },
    ...waitOptions,
  ],
  examples: [
    'wayctl channel drain cn-hangzhou --reason "maintenance until 18:00" --for 2h',
    'wayctl channel drain cn-hangzhou --reason "many timeouts" --yes --wait',
  ],
  async run(invocation) {
    const channel = invocation.required(0);
    const reason = invocation.reason();
    if (reason === undefined) {
      throw usage('"channel drain" needs --reason: whoever finds the channel drained wants to know why');
    }
    const forMs = invocation.duration('for');
    if (forMs !== undefined && (forMs < 1000 || forMs > longestMs)) {
      throw usage(`--for must be 1s to 7d, got ${invocation.text('for') ?? ''}`);
    }
    const facts = await readChannelFacts(invocation);
    demandChannels(facts.strategy.strategy, [channel]);
    const held = facts.overrides.get(channel)?.override;
    if (held?.kind === 'drain' && forMs === undefined && held.until === undefined) {
      return overrideUnchanged(
        invocation,
        channel,
        `${channel} is drained already: ${held.reason ?? 'no reason given'}`,
      );
    }
    demandAnotherChannel(facts, channel, invocation.flag('force'));
    const during = forMs === undefined ? '' : ` for ${formatDuration(forMs)}`;
    const question = `Drain ${channel}${during}? No route will choose it.`;
    if (!invocation.flag('dryRun') && !(await confirm(invocation, question))) {
      invocation.say('nothing was changed');
      return exitCodes.failure;
    }
    const now = invocation.world.clock.wallTime();
    return changeOverride(invocation, facts, {
      channel,
      kind: 'drain',
      override: {
        kind: 'drain',
        reason,
        by: (await invocation.common()).by,
        at: new Date(now).toISOString(),
        ...(forMs === undefined ? {} : { until: new Date(now + forMs).toISOString() }),
      },
      ...(forMs === undefined ? {} : { forMs }),
      summary: `channel ${channel} drained${during}: ${reason}`,
    });
  },
};

/** Refuses to drain the last usable channel of a route, naming the routes. */
function demandAnotherChannel(
  { strategy: { strategy }, overrides }: ChannelFacts,
  channel: string,
  force: boolean,
): void {
  const drained = new Set(
    [...overrides.values()]
      .filter(({ override }) => override?.kind === 'drain')
      .map(({ channel: name }) => name),
  );
  const before = new Set(routesWithoutChannel(strategy, drained));
  const lost = routesWithoutChannel(strategy, new Set([...drained, channel])).filter(
    (name) => !before.has(name),
  );
  if (lost.length === 0 || force) return;
  throw new WaystationError(
    'STRATEGY_REFUSED',
    `${channel} is the last usable channel of ${lost.map((name) => `route ${name}`).join(', ')}: drained, nothing could be sent there; undrain another first, or say --force`,
  );
}

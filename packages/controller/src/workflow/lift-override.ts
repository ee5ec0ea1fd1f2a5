import type { Override } from '@waystation/core';
import type { OptionDefinition } from '../command-definition.ts';
import type { ExitCode } from '../exit-code.ts';
import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';
import { waitOptions } from './await-agents.ts';
import { changeOverride, overrideUnchanged, readChannelFacts } from './change-override.ts';
import { demandChannels } from './change-policy.ts';

/** The options of `channel undrain` and `channel unpin`. */
export const liftOptions: readonly OptionDefinition[] = [
  { flags: '--reason <text>', description: 'why; kept in the events' },
  { flags: '--dry-run', description: 'check and show only' },
  ...waitOptions,
];

/** Takes back a channel's override, provided that it is of that kind. */
export async function lift(invocation: Invocation, kind: Override['kind']): Promise<ExitCode> {
  const channel = invocation.required(0);
  const done = kind === 'drain' ? 'drained' : 'pinned';
  const facts = await readChannelFacts(invocation);
  const held = facts.overrides.get(channel);
  // An override may outlive its channel; then it can still be taken back.
  if (held === undefined) {
    demandChannels(facts.strategy.strategy, [channel]);
    return overrideUnchanged(invocation, channel, `${channel} is not ${done}`);
  }
  const other = held.override !== undefined && held.override.kind !== kind ? held.override.kind : undefined;
  if (other !== undefined) {
    throw usage(
      `${channel} is not ${done}, there is a ${other} on it: say "wayctl channel un${other} ${channel}"`,
    );
  }
  return changeOverride(invocation, facts, {
    channel,
    kind: `un${kind}`,
    summary: `channel ${channel} is no longer ${done}`,
  });
}

import {
  channelEndpoint,
  defaultAllowEndpoints,
  isEndpointAllowed,
  parseAllowEndpoint,
} from '@waystation/core';
import type { AllowEndpoint, Strategy } from '@waystation/core';
import type { OptionDefinition } from '../command-definition.ts';
import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';
import type { ValidStrategy } from '../strategy/check-strategy.ts';

/** The option of every command that warns about endpoints. */
export const allowEndpointOption: OptionDefinition = {
  flags: '--allow-endpoint <host>',
  description: "host that the agents' own --allow-endpoint names: no warning for it",
  repeatable: true,
};

/** Every warning about a strategy: what is hardly meant, and what agents will refuse unless told otherwise. */
export function warningsFor(invocation: Invocation, next: ValidStrategy): readonly string[] {
  const entries = [...defaultAllowEndpoints, ...invocation.texts('allowEndpoint')].map(readEntry);
  return [...next.warnings, ...foreignEndpoints(next.strategy, entries)];
}

/** Prints warnings, one a line. */
export function warnAbout(invocation: Invocation, warnings: readonly string[]): void {
  for (const warning of warnings) invocation.warn(warning);
}

function readEntry(text: string): AllowEndpoint {
  const parsed = parseAllowEndpoint(text);
  if (parsed.ok) return parsed.entry;
  throw usage(`--allow-endpoint ${parsed.message}`);
}

function foreignEndpoints({ channels }: Strategy, entries: readonly AllowEndpoint[]): readonly string[] {
  return Object.entries(channels).flatMap(([name, channel]) => {
    const { url, host } = channelEndpoint(channel);
    if (isEndpointAllowed(url, entries)) return [];
    return [
      `channels.${name} sends to ${host}, which is not on the default allow-list: agents refuse the strategy unless their --allow-endpoint names it`,
    ];
  });
}

import { equalJson } from '@waystation/core';
import type { Channel, Steps, Strategy } from '@waystation/core';
import type { SendChannel } from './send-channel.ts';

/** The open channels of one strategy by name. */
export type ChannelSet = ReadonlyMap<string, SendChannel>;

/** What became of each channel between two sets. */
export interface ChannelChanges {
  readonly channels: ChannelSet;
  readonly opened: readonly string[];
  readonly kept: readonly string[];
  /** Those of the former set that the new one has not: removed, or opened anew because they changed. */
  readonly left: readonly SendChannel[];
}

/** The channels of a strategy, those that did not change taken over from the former set with their connections; a step a channel. */
export function* renewChannels(
  former: ChannelSet,
  wanted: Strategy['channels'],
  open: (name: string, channel: Channel) => SendChannel,
): Steps<ChannelChanges> {
  const channels = new Map<string, SendChannel>();
  const opened: string[] = [];
  const kept: string[] = [];
  for (const [name, channel] of Object.entries(wanted)) {
    const known = former.get(name);
    if (known !== undefined && equalJson(known.channel, channel)) {
      channels.set(name, known);
      kept.push(name);
    } else {
      channels.set(name, open(name, channel));
      opened.push(name);
    }
    yield;
  }
  const left = [...former.values()].filter((channel) => channels.get(channel.name) !== channel);
  return { channels, opened, kept, left };
}

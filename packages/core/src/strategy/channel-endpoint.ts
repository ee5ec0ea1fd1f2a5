import type { Channel } from '../model/channel.ts';
import { parseEndpoint } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { centralHost, regionHosts } from './region-hosts.ts';

/** Host of a region by the official package's own map; the central host for every region that it does not name. */
export function regionHost(regionId: string): string {
  return Object.hasOwn(regionHosts, regionId) ? (regionHosts[regionId] ?? centralHost) : centralHost;
}

/** Where a channel sends: its endpoint where it has one, else its region's host over https. */
export function channelEndpoint(channel: Channel): Endpoint {
  const text =
    channel.provider === 'http' ? channel.endpoint : (channel.endpoint ?? regionHost(channel.regionId));
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new Error(`a parsed channel has the endpoint ${text}`);
  return endpoint;
}

/** `host:port` of a channel's endpoint, the port always named. */
export function channelHost(channel: Channel): string {
  return channelEndpoint(channel).host;
}

/** Who pays for a channel: its account, else its credential's name. */
export function channelAccount(channel: Channel): string {
  return channel.account ?? channel.credential;
}

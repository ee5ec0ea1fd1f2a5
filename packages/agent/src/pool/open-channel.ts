import { channelEndpoint } from '@waystation/core';
import type { Channel, Clock } from '@waystation/core';
import type { CredentialBook } from '../credentials/credential-book.ts';
import { AliyunDialect } from '../provider/aliyun/aliyun-dialect.ts';
import { GatewayDialect, usesKey } from '../provider/http/gateway-dialect.ts';
import type { Alarms } from '../timing/alarm.ts';
import { ConnectionPool } from '../provider/transport/connection-pool.ts';
import type { ConnectionPoolOptions } from '../provider/transport/connection-pool.ts';
import type { IdleAges } from '../provider/transport/idle-ages.ts';
import { LiveChannel } from './live-channel.ts';
import type { LiveChannelOptions } from './live-channel.ts';
import type { SendChannel } from './send-channel.ts';

/** What channels are opened with. */
export interface OpenChannelDependencies {
  readonly clock: Clock;
  /** What all channels wait on. */
  readonly alarms: Alarms;
  readonly credentials: Pick<CredentialBook, 'current'>;
  /** What channels of one host learn for each other. */
  readonly idleAges: IdleAges;
}

/** Bounds of every channel. */
export interface OpenChannelOptions extends LiveChannelOptions {
  readonly connections?: ConnectionPoolOptions;
}

/** Makes a channel of the strategy ready to send; the one switch on the provider. It connects when first used. */
export function openChannel(
  { clock, alarms, credentials, idleAges }: OpenChannelDependencies,
  name: string,
  channel: Channel,
  options: OpenChannelOptions = {},
): SendChannel {
  const endpoint = channelEndpoint(channel);
  const bounds = { ...options.connections, alarms, idleAge: idleAges.of(endpoint) };
  const connections = new ConnectionPool(clock, endpoint, bounds);
  const credential = () => credentials.current(channel.credential);
  const parts = { clock, name, channel, endpoint, connections };
  switch (channel.provider) {
    case 'aliyun': {
      const dialect = new AliyunDialect({ clock }, channel, endpoint);
      const questions = new ConnectionPool(clock, endpoint, bounds);
      return new LiveChannel({ ...parts, dialect, questions, credential }, options);
    }
    case 'http': {
      const dialect = new GatewayDialect(channel, endpoint);
      return new LiveChannel({ ...parts, dialect, ...(usesKey(channel) && { credential }) }, options);
    }
  }
}

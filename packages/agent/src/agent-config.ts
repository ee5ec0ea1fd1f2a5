import type { FleetId } from '@waystation/core';
import type { EtcdOptions } from '@waystation/etcd';
import type { LocalKeys } from './http/compat/local-keys.ts';
import type { ListenAddress } from './http/listen-address.ts';
import type { LogLevel } from './log/logger.ts';

/** Where the strategy comes from. */
export type SourceConfig =
  | {
      readonly kind: 'etcd';
      readonly etcd: EtcdOptions;
      /** What all keys begin with. */
      readonly prefix: string;
    }
  | { readonly kind: 'file'; readonly path: string };

/** How the API port is protected beyond what holds for every caller. */
export interface ApiProtection {
  /** Host names that callers may use besides loopback. */
  readonly allowedHosts: readonly string[];
  readonly token?: string;
  /** Whose signatures the Aliyun-compatible API takes; absent: any, of requests that no web page can have sent. */
  readonly localKeys?: LocalKeys;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** All that an agent is told at its start; checked, and fixed from then on. */
export interface AgentConfig {
  readonly fleet: FleetId;
  readonly agentId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly source: SourceConfig;
  readonly listen: ListenAddress;
  readonly adminListen: ListenAddress;
  readonly protection: ApiProtection;
  /** Actions that the Aliyun-compatible API passes on, each name with `*` at its end or not. */
  readonly compatActions: readonly string[];
  readonly dataDir: string;
  readonly journal: {
    /** Bytes of entries at most. */
    readonly maxBytes: number;
    /** How long what is over is kept, in ms. */
    readonly retentionMs: number;
    /** In place of the key that lies in the data directory. */
    readonly key?: Buffer;
    /** The key before that one. */
    readonly formerKey?: Buffer;
  };
  /** Requests under way at most; more are refused. */
  readonly maxUnderWay: number;
  readonly logLevel: LogLevel;
  /** How long requests under way may take to end when the agent stops, in ms. */
  readonly stopTimeoutMs: number;
}

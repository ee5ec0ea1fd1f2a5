import { randomUUID } from 'node:crypto';
import { WaystationError } from '@waystation/core';
import type { CallOptions } from '@waystation/core';
import type { Etcd3, IOptions } from 'etcd3';
import { within } from './deadline.ts';
import { endpointAddress } from './endpoint-address.ts';
import { etcdDefaults } from './etcd-options.ts';
import type { EtcdOptions } from './etcd-options.ts';
import { toStoreError } from './failure.ts';

/**
 * Silence is noticed within 9 s while a stream is open. etcd drops connections that ping more often than every 5 s,
 * or at all while no call is open: hence 6 s, and none then. A proxy for the web is not meant for etcd, and a list
 * may be larger than the 4 MB that gRPC would take.
 */
const channelOptions = {
  'grpc.keepalive_time_ms': 6000,
  'grpc.keepalive_timeout_ms': 3000,
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 3000,
  'grpc.enable_http_proxy': 0,
  'grpc.max_receive_message_length': 256 * 1024 * 1024,
} as const;

/** The clients of one member. etcd3 retries nothing here: its callers know what may be tried twice. */
export class EtcdConnection {
  readonly endpoint: string;
  readonly client: Etcd3;
  /** How long a call may take by default, in milliseconds. */
  readonly timeoutMs: number;

  private constructor(endpoint: string, client: Etcd3, timeoutMs: number) {
    this.endpoint = endpoint;
    this.client = client;
    this.timeoutMs = timeoutMs;
  }

  /** Makes ready to call one member; nothing is sent yet. Loads etcd3 (some 300 ms) the first time. */
  static async open(endpoint: string, options: EtcdOptions): Promise<EtcdConnection> {
    const [{ Etcd3 }, { noop }] = await Promise.all([import('etcd3'), import('cockatiel')]);
    const timeoutMs = options.callTimeoutMs ?? etcdDefaults.callTimeoutMs;
    const address = endpointAddress(endpoint);
    const settings: IOptions = {
      hosts: [address],
      faultHandling: { global: noop, host: () => noop },
      // gRPC shares a socket among channels of equal options: one left for its silence would be met again.
      grpcOptions: { ...channelOptions, 'waystation.connection': randomUUID() },
      defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + timeoutMs }),
      ...(address.startsWith('https:') ? tlsSettings(options) : {}),
      ...(options.user === undefined
        ? {}
        : { auth: { username: options.user, password: options.password ?? '' } }),
    };
    try {
      return new EtcdConnection(endpoint, new Etcd3(settings), timeoutMs);
    } catch (error) {
      // Nothing else can go wrong here than the texts of certificates and keys.
      const why = error instanceof Error ? error.message : String(error);
      throw new WaystationError(
        'STORE_TLS_FAILED',
        `connecting to ${endpoint}: the CA, certificate or key is no PEM that can be used (${why})`,
        { cause: error },
      );
    }
  }

  /** Runs a call: it ends within the deadline, when the signal aborts, or with an error of ours. */
  async call<T>(
    doing: string,
    run: (client: Etcd3) => Promise<T>,
    options: CallOptions & { timeoutMs?: number } = {},
  ): Promise<T> {
    const { signal, timeoutMs = this.timeoutMs } = options;
    const late = (): WaystationError =>
      new WaystationError(
        'STORE_TIMEOUT',
        `${doing} at ${this.endpoint}: etcd did not answer in ${String(timeoutMs)} ms`,
      );
    try {
      return await within(run(this.client), timeoutMs, late, signal);
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) throw error;
      throw toStoreError(error, this.endpoint, doing);
    }
  }

  /** Ends the connections; streams still open end with an error. */
  close(): void {
    this.client.close();
  }
}

function tlsSettings({ ca, cert, key }: EtcdOptions): Pick<IOptions, 'credentials'> {
  if (ca === undefined && cert === undefined) return {};
  return {
    credentials: {
      // gRPC takes its own roots where there are none; etcd3's type does not know it.
      rootCertificate: (ca === undefined ? undefined : Buffer.from(ca)) as Buffer,
      ...(cert === undefined || key === undefined
        ? {}
        : { certChain: Buffer.from(cert), privateKey: Buffer.from(key) }),
    },
  };
}

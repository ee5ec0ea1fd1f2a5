import { once } from 'node:events';
import { connect } from 'node:net';
import type { Message } from '@waystation/core';
import { pino } from 'pino';
import { handleApi } from '../http/api-handler.ts';
import { CompatHandler } from '../http/compat/compat-handler.ts';
import type { ProviderCaller } from '../http/compat/provider-caller.ts';
import type { LocalKeys } from '../http/compat/local-keys.ts';
import type { CallerRules } from '../http/caller-check.ts';
import { HttpListener } from '../http/http-listener.ts';
import type { ListenAddress } from '../http/listen-address.ts';
import type { SendOptions } from '../http/message-sender.ts';
import { RecentMessages } from '../http/recent-messages.ts';
import type { SendResult } from '../send/send-result.ts';

/** One call of the sender behind the port. */
export type Sent = readonly [Message, SendOptions];

/** What every result of the fixture has. */
export const facts = { id: 'm-1', revision: 7, route: 'default', attempts: [] } as const;

/** The result that the fixture's sender answers unless told otherwise. */
export const accepted: SendResult = {
  ...facts,
  kind: 'accepted',
  channel: 'cn-hangzhou',
  bizId: 'b',
  requestId: 'r',
};

/** The smallest message that is valid, as a body. */
export const good = JSON.stringify({ phoneNumbers: '13800138000', signName: '驿站', templateCode: 'SMS_1' });

/** The header that every body needs. */
export const json = { 'content-type': 'application/json' };

/** How the port of a test differs from the usual. */
export interface ApiSetup {
  readonly answer?: (sent: Sent) => Promise<SendResult> | SendResult;
  readonly rules?: Partial<CallerRules>;
  readonly notReady?: string;
  readonly localKeys?: LocalKeys;
  /** `--compat-actions`; default `Query*`. */
  readonly actions?: readonly string[];
  readonly caller?: ProviderCaller;
  /** What the journal knows of a message. */
  readonly find?: (id: string) => SendResult | undefined;
  /** Wall-clock time in ms; default the real one. */
  readonly wallTime?: () => number;
  readonly address?: ListenAddress;
  readonly headersTimeoutMs?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** An API port on a free port of loopback, with a sender that notes what it is asked to send. */
export class ApiFixture {
  readonly sent: Sent[] = [];
  readonly #listener: HttpListener;
  #address: ListenAddress | undefined;

  constructor(setup: ApiSetup = {}) {
    const recent = new RecentMessages(10);
    const shared = {
      sender: {
        send: async (...call: Sent) => {
          this.sent.push(call);
          return setup.answer === undefined ? accepted : setup.answer(call);
        },
      },
      find: (id: string) => Promise.resolve(setup.find?.(id)),
      recent,
      findSent: (bizId: string) => Promise.resolve(recent.findSent(bizId)),
      notReady: () => setup.notReady,
      totalMs: () => 10_000,
      log: pino({ enabled: false }),
    };
    const clock = { now: () => performance.now(), wallTime: setup.wallTime ?? (() => Date.now()) };
    const caller = setup.caller ?? {
      accounts: () => [],
      accountOf: () => undefined,
      call: () => Promise.reject(new Error('not asked for')),
    };
    const compat = new CompatHandler(
      { ...shared, totalMs: () => 2500, clock, caller },
      {
        localKeys: () => setup.localKeys,
        actions: setup.actions ?? ['Query*'],
      },
    );
    const dependencies = { ...shared, clock, compat };
    const rules = { allowedHosts: new Set<string>(), ...setup.rules };
    this.#listener = new HttpListener(
      {
        handle: (request, signal) => handleApi(dependencies, rules, request, signal),
        log: pino({ enabled: false }),
      },
      {
        address: setup.address ?? { kind: 'tcp', host: '127.0.0.1', port: 0 },
        ...(setup.tls !== undefined && { tls: setup.tls }),
        ...(setup.headersTimeoutMs !== undefined && { headersTimeoutMs: setup.headersTimeoutMs }),
      },
    );
  }

  get port(): number {
    return this.#address?.kind === 'tcp' ? this.#address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    this.#address = await this.#listener.start();
    return this;
  }

  async stop(): Promise<void> {
    await this.#listener.stop(1000);
  }
}

/** Writes bytes as they are and reads until the other side closes. */
export async function talk(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => (answer += chunk));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

/** A send as bytes, with further header lines. */
export function rawPost(body: string, extra = ''): string {
  const head = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  return `${head}${extra}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

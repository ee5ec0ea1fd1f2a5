import { transportWords } from '@waystation/core';
import type { AliyunChannel, Clock, Endpoint, ProbeResult } from '@waystation/core';
import * as z from 'zod';
import type { CredentialBook } from '../credentials/credential-book.ts';
import { pause } from '../pause.ts';
import { AliyunDialect } from '../provider/aliyun/aliyun-dialect.ts';
import { readJson } from '../provider/read-json.ts';
import { ConnectionPool } from '../provider/transport/connection-pool.ts';
import type { HttpAnswer, HttpRequest } from '../provider/transport/http-message.ts';
import { openSocket } from '../provider/transport/open-socket.ts';

/** What is probed, and how. */
export interface ProbeTarget {
  readonly endpoint: Endpoint;
  readonly how: ProbeKind;
  readonly timeoutMs: number;
}

/** `tcp`: a connection, with TLS where the endpoint has it; `http`: an unsigned request; `api`: a signed query. */
export type ProbeKind =
  { readonly kind: 'tcp' | 'http' } | { readonly kind: 'api'; readonly channel: AliyunChannel };

/** What a probe needs. */
export interface ProbeDependencies {
  readonly clock: Clock;
  readonly credentials: Pick<CredentialBook, 'current'>;
  /** Certificate authorities (PEM) in place of the platform's. */
  readonly ca?: string | undefined;
}

const codeShape = z.object({ Code: z.string().min(1) });

/** A query without key and signature: the gateway refuses it, and could do no harm if it did not. */
const query = 'Action=QuerySendDetails&Version=2017-05-25&Format=JSON';

/** Asks a host once, on a socket of its own. Never sends a text, never rejects. */
export async function probeHost(
  dependencies: ProbeDependencies,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { clock, ca } = dependencies;
  const startedAt = clock.now();
  const failed =
    target.how.kind === 'tcp' ? await connect(target, ca, signal) : await ask(dependencies, target, signal);
  if (failed !== undefined) return { passed: false, reason: failed };
  return { passed: true, ms: Math.max(0, clock.now() - startedAt) };
}

async function connect(
  { endpoint, timeoutMs }: ProbeTarget,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  let giveUp = (): void => undefined;
  const opened = await openSocket(endpoint, {
    connectMs: timeoutMs,
    ca,
    onGiveUp: (give) => {
      giveUp = give;
      signal.addEventListener('abort', giveUp);
    },
  });
  signal.removeEventListener('abort', giveUp);
  if (!opened.ok) return transportWords[opened.failure.kind];
  opened.socket.destroy();
  return undefined;
}

async function ask(
  { clock, credentials, ca }: ProbeDependencies,
  { endpoint, timeoutMs, how }: ProbeTarget,
  signal: AbortSignal,
): Promise<string | undefined> {
  // A key that is not there, or not in time, is no fault of the host, which is asked without one then.
  const held =
    how.kind === 'api'
      ? await Promise.race([credentials.current(how.channel.credential), pause(timeoutMs, [signal])])
      : undefined;
  const key = held?.ok === true && held.credential.kind === 'aliyun' ? held.credential : undefined;
  const make = (): HttpRequest =>
    how.kind === 'api' && key !== undefined
      ? new AliyunDialect({ clock }, how.channel, endpoint).probe(key)
      : unsigned(endpoint);
  const connections = new ConnectionPool(clock, endpoint, { ca });
  const close = (): void => {
    connections.close();
  };
  signal.addEventListener('abort', close);
  try {
    const deadline = clock.now() + timeoutMs;
    const limits = { deadline, connectMs: timeoutMs, readMs: timeoutMs, signal };
    const result = await connections.send(make, limits);
    return result.answered ? fault(result.answer) : transportWords[result.failure.kind];
  } finally {
    signal.removeEventListener('abort', close);
    connections.close();
  }
}

function unsigned(endpoint: Endpoint): HttpRequest {
  const headers = {
    host: new URL(endpoint.url).host,
    accept: 'application/json',
    'user-agent': 'waystation-agent probe',
  };
  return { method: 'GET', path: `/?${query}`, headers };
}

/** What is wrong with an answer: a gateway that is well accepts or refuses in its own form. */
function fault({ status, body }: HttpAnswer): string | undefined {
  if (status >= 500) return `HTTP ${String(status)}`;
  return codeShape.safeParse(readJson(body)).success ? undefined : `HTTP ${String(status)} without a code`;
}

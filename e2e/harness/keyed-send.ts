import { request } from 'undici';
import type { AgentProcess } from './agent.ts';
import { sampleMessage } from './application.ts';

/** What the agent answered to a message with a key. */
export interface KeyedAnswer {
  readonly status: number;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends a message whose key is its OutId; undefined where the agent died before it answered. */
export async function sendKeyed(
  agent: AgentProcess,
  key: string,
  change: object = {},
): Promise<KeyedAnswer | undefined> {
  try {
    const { statusCode, headers, body } = await request(`${agent.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ ...sampleMessage, outId: key, ...change }),
      headersTimeout: 90_000,
    });
    const read = (await body.json()) as Record<string, unknown>;
    return { status: statusCode, replayed: headers['idempotent-replayed'] === 'true', body: read };
  } catch {
    return undefined;
  }
}

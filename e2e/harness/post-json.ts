import { request } from 'undici';
import type { Dispatcher } from 'undici';

/** What the agent's own API answered. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Posts to the agent's own API, with an `Idempotency-Key` where one is given. */
export async function postJson(
  url: string,
  body: object,
  key?: string,
  dispatcher?: Dispatcher,
): Promise<JsonAnswer> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    body: JSON.stringify(body),
    headersTimeout: 90_000,
    bodyTimeout: 90_000,
    ...(dispatcher && { dispatcher }),
  });
  return { status: answer.statusCode, body: (await answer.body.json()) as JsonAnswer['body'] };
}

import { Pool } from 'undici';
import { message } from './message.ts';
import type { Sender, SenderOptions } from './sender.ts';

/** An application that posts to the agent's own API with undici; `keyed`: each message with a key of its own. */
export function nativeSender({ url, connections }: SenderOptions, keyed = false): Sender {
  const pool = new Pool(url, { connections, pipelining: 1 });
  return {
    send: async (outId) => {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/v1/messages',
        headers: { 'content-type': 'application/json', ...(keyed && { 'idempotency-key': outId }) },
        body: JSON.stringify({ ...message, outId }),
      });
      const { code } = (await body.json()) as { code?: unknown };
      return statusCode === 200 && code === 'OK';
    },
    close: () => pool.close(),
  };
}

import { Pool } from 'undici';
import { sampleMessage } from './application.ts';
import type { Told } from './official-client.ts';

/** An application's client of the agent's own API. */
export class NativeClient {
  readonly #pool: Pool;

  constructor(agentUrl: string) {
    this.#pool = new Pool(agentUrl, { connections: 16, pipelining: 1 });
  }

  /** Sends the sample message to a number under an OutId, with an `Idempotency-Key` where one is given. */
  send(outId: string, key: string | undefined, phoneNumbers: string): Promise<Told> {
    return this.#post('/v1/messages', { ...sampleMessage, phoneNumbers, outId }, key);
  }

  /** As `send`, to several numbers, each with a code of its own. */
  sendBatch(outId: string, key: string | undefined, numbers: readonly string[]): Promise<Told> {
    const { signName, templateCode } = sampleMessage;
    const batch = {
      phoneNumbers: numbers,
      signNames: numbers.map(() => signName),
      templateCode,
      templateParams: numbers.map((_, at) => ({ code: String(1000 + at) })),
      outId,
    };
    return this.#post('/v1/messages/batch', batch, key);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #post(path: string, body: object, key: string | undefined): Promise<Told> {
    try {
      const answer = await this.#pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
        body: JSON.stringify(body),
        headersTimeout: 90_000,
        bodyTimeout: 90_000,
      });
      const { code } = (await answer.body.json()) as { code?: unknown };
      return { code: String(code) };
    } catch (error) {
      return { code: String(error) };
    }
  }
}

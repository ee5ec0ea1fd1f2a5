import { Pool } from 'undici';
import { sampleBatch, sampleMessage } from './application.ts';
import type { Told } from './official-client.ts';
import { postJson } from './post-json.ts';

/** An application's client of the agent's own API. */
export class NativeClient {
  readonly #url: string;
  readonly #pool: Pool;

  constructor(agentUrl: string) {
    this.#url = agentUrl;
    this.#pool = new Pool(agentUrl, { connections: 16, pipelining: 1 });
  }

  /** Sends the sample message to a number under an OutId, with an `Idempotency-Key` where one is given. */
  send(outId: string, key: string | undefined, phoneNumbers: string): Promise<Told> {
    return this.#post('/v1/messages', { ...sampleMessage, phoneNumbers, outId }, key);
  }

  /** As `send`, to several numbers, each with a code of its own. */
  sendBatch(outId: string, key: string | undefined, numbers: readonly string[]): Promise<Told> {
    return this.#post('/v1/messages/batch', sampleBatch(outId, numbers), key);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #post(path: string, body: object, key: string | undefined): Promise<Told> {
    try {
      const { body: told } = await postJson(`${this.#url}${path}`, body, key, this.#pool);
      return { code: String(told['code']) };
    } catch (error) {
      return { code: String(error) };
    }
  }
}

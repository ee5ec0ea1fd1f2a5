import { Pool } from 'undici';
import { message } from '../load/message.ts';

/** What the agent said of one send. */
export interface SaidSend {
  readonly status: number;
  readonly channel?: string;
  readonly revision?: number;
}

/** Sends one message after the other through an agent, and hears what it says of each. */
export class SendingLoop {
  readonly #pool: Pool;
  #ids = 0;

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: 1, pipelining: 1 });
  }

  async send(): Promise<SaidSend> {
    const { statusCode: status, body } = await this.#pool.request({
      method: 'POST',
      path: '/v1/messages',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...message, outId: `loop-${String((this.#ids += 1))}` }),
    });
    const { channel, revision } = (await body.json()) as Omit<SaidSend, 'status'>;
    return { status, ...(channel !== undefined && { channel }), ...(revision !== undefined && { revision }) };
  }

  /** Sends until one goes by `channel`, and gives the instant at which it was answered. */
  async until(channel: string): Promise<number> {
    const end = performance.now() + 60_000;
    for (;;) {
      const said = await this.send();
      if (said.channel === channel) return performance.now();
      if (performance.now() > end)
        throw new Error(`no send by ${channel} within 60 s: ${JSON.stringify(said)}`);
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

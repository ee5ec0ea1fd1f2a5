import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { postJson } from './post-json.ts';
import type { JsonAnswer } from './post-json.ts';

/** What the agent answered to one send. */
export interface SendAnswer extends JsonAnswer {
  /** The caller's OutId, by which the ledger knows the text. */
  readonly outId: string;
  readonly ms: number;
}

/** A message as callers post it. */
export const sampleMessage = {
  phoneNumbers: '13800138000',
  signName: '阿里云',
  templateCode: 'SMS_154950909',
  templateParam: { code: '123456' },
} as const;

/** A batch as callers post it: each number gets a code of its own. */
export function sampleBatch(outId: string, numbers: readonly string[]) {
  const { signName, templateCode } = sampleMessage;
  return {
    phoneNumbers: numbers,
    signNames: numbers.map(() => signName),
    templateCode,
    templateParams: numbers.map((_, at) => ({ code: String(1000 + at) })),
    outId,
  };
}

/** An application: posts messages to one agent. */
export class Application {
  readonly #url: string;
  readonly #pool: Pool;
  #sent = 0;
  #closed = false;
  readonly #prefix: string;

  /** `prefix` begins every OutId; none is ever used twice, so that applications and further tries share a ledger. */
  constructor(agentUrl: string, prefix = 'app', connections = 32) {
    this.#url = agentUrl;
    this.#pool = new Pool(agentUrl, { connections, pipelining: 1 });
    this.#prefix = `${prefix}-${randomUUID().slice(0, 8)}`;
  }

  /** Sends one message; rejects only when the agent does not answer at all. */
  async send(change: Readonly<Record<string, unknown>> = {}): Promise<SendAnswer> {
    const outId = `${this.#prefix}-${String(++this.#sent)}`;
    const started = performance.now();
    const message = { ...sampleMessage, outId, ...change };
    const { status, body } = await postJson(`${this.#url}/v1/messages`, message, undefined, this.#pool);
    return { status, body, outId, ms: performance.now() - started };
  }

  /** Sends `count` messages, `concurrency` at a time. */
  async sendMany(count: number, concurrency = 16): Promise<SendAnswer[]> {
    const answers: SendAnswer[] = [];
    let left = count;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        answers.push(await this.send());
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return answers;
  }

  /** Sends without pause, `concurrency` at a time, until the returned function is called; it gives all answers. */
  keepSending(concurrency = 8): () => Promise<SendAnswer[]> {
    const answers: SendAnswer[] = [];
    let going = true;
    const worker = async (): Promise<void> => {
      while (going && !this.#closed) answers.push(await this.send());
    };
    const workers = Promise.all(Array.from({ length: concurrency }, worker));
    // A test that failed never asks for the answers; it is told of its own failure.
    workers.catch(() => undefined);
    return async () => {
      going = false;
      await workers;
      return answers;
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.close();
  }
}

/** The answers that are not 200. */
export function failures(answers: readonly SendAnswer[]): SendAnswer[] {
  return answers.filter((answer) => answer.status !== 200);
}

/** How many accepted texts each channel took. */
export function byChannel(answers: readonly SendAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    if (status !== 200) continue;
    const channel = String(body['channel']);
    counts[channel] = (counts[channel] ?? 0) + 1;
  }
  return counts;
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Told } from '../harness/official-client.ts';

/** How a message stands with the application that wants it sent. */
interface Wish {
  readonly outId: string;
  /** Each has its own, so that none is looked for among the records of all. */
  readonly phoneNumber: string;
  told: string[];
}

/** What became of an application's messages. */
export interface Wishes {
  /** OutIds of those that were told OK. */
  readonly accepted: readonly string[];
  /** Those that never were, with what they were told last. */
  readonly open: readonly { readonly outId: string; readonly told: string }[];
  /** How often a message was sent again because it was told something else than OK. */
  readonly repeats: number;
}

/** How an application asks for a message. */
export interface Client {
  send(outId: string, key: string | undefined, phoneNumber: string): Promise<Told>;
}

/** How an application sends. */
export interface SteadyOptions {
  /** Begins every OutId. */
  readonly prefix: string;
  /** Whether each message has an `Idempotency-Key`; default true. */
  readonly keyed?: boolean;
  /** How often a message that was not told OK comes again; default until it is with a key, and never without. */
  readonly repeats?: number;
  /** What each worker waits between two messages; default 15 ms. */
  readonly pauseMs?: number;
}

/** Before a message comes again. */
const againMs = 150;
/** Messages that come again beside those that are new. */
const mostOpen = 100;

/** An application that sends messages, each of its own number and OutId; what was not told OK may come again. */
export class SteadyApplication {
  readonly #wishes: Wish[] = [];
  #client: Client;
  readonly #options: SteadyOptions;
  readonly #insisting = new Set<Promise<void>>();
  #sending = true;
  #giveUpAt = Infinity;
  #workers: Promise<unknown> = Promise.resolve();

  constructor(client: Client, options: SteadyOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Goes on by another client: the agent was started again. */
  moveTo(client: Client): void {
    this.#client = client;
  }

  /** Messages begun so far, and how many of them were told OK. */
  get count(): { readonly begun: number; readonly accepted: number } {
    const accepted = this.#wishes.filter(isAccepted).length;
    return { begun: this.#wishes.length, accepted };
  }

  /** Begins to send, so many messages at a time. */
  start(concurrency: number): void {
    this.#workers = Promise.all(Array.from({ length: concurrency }, () => this.#work()));
  }

  /** Begins no further message, lets the others come to their end, at most so long, and says what became of all. */
  async end(patienceMs: number): Promise<Wishes> {
    this.#sending = false;
    this.#giveUpAt = performance.now() + patienceMs;
    await this.#workers;
    await Promise.all(this.#insisting);
    const open = this.#wishes.filter((wish) => !isAccepted(wish));
    return {
      accepted: this.#wishes.filter(isAccepted).map(({ outId }) => outId),
      open: open.map(({ outId, told }) => ({ outId, told: told.at(-1) ?? 'nothing' })),
      repeats: this.#wishes.reduce((sum, { told }) => sum + told.length - 1, 0),
    };
  }

  async #work(): Promise<void> {
    const { prefix, pauseMs = 15 } = this.#options;
    while (this.#sending) {
      const number = this.#wishes.length + 1;
      const phoneNumber = `138${String(number).padStart(8, '0')}`;
      const wish: Wish = { outId: `${prefix}-${String(number)}`, phoneNumber, told: [] };
      this.#wishes.push(wish);
      await this.#ask(wish);
      // Others do not wait for one that nobody knows of yet, as long as those are few.
      if (this.#comesAgain(wish)) {
        const insisting = this.#insist(wish).finally(() => this.#insisting.delete(insisting));
        this.#insisting.add(insisting);
        if (this.#insisting.size >= mostOpen) await Promise.race(this.#insisting);
      }
      await delay(pauseMs);
    }
  }

  async #insist(wish: Wish): Promise<void> {
    while (this.#comesAgain(wish) && performance.now() < this.#giveUpAt) {
      await delay(againMs);
      await this.#ask(wish);
    }
  }

  #comesAgain(wish: Wish): boolean {
    const { keyed = true, repeats = keyed ? Infinity : 0 } = this.#options;
    return !isAccepted(wish) && wish.told.length <= repeats;
  }

  async #ask(wish: Wish): Promise<void> {
    const { outId, phoneNumber, told } = wish;
    const key = this.#options.keyed === false ? undefined : outId;
    told.push((await this.#client.send(outId, key, phoneNumber)).code);
  }
}

function isAccepted({ told }: Wish): boolean {
  return told.at(-1) === 'OK';
}

import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../measure/spread.ts';
import { FloodConnection } from './flood-connection.ts';
import { message } from './message.ts';

/** What is sent: so many a second whatever the answers take, by so many connections. */
export interface FloodOrder {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly connections: number;
}

/** What became of a flood. */
export interface FloodResult {
  /** Messages a second that found a connection. */
  readonly offered: number;
  /** Messages a second for which no connection was free: their callers still wait for another answer. */
  readonly heldBack: number;
  /** Accepted a second, of those that were answered while the flood lasted. */
  readonly accepted: number;
  /** Answers a second that were 503. */
  readonly refused: number;
  /** Any other answer, and none. */
  readonly failures: number;
  /** Of those that were accepted, from the instant at which they were sent. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of those that were refused. */
  readonly refusedP99Ms: number;
  /** After how many ms the last message was sent that was refused or took more than 250 ms; 0 where none was. */
  readonly evenAfterMs: number;
}

const uneven = 250;
let ids = 0;

/** Callers that do not wait for each other: each message has a connection of its own for as long as it takes. */
export class Flood {
  readonly #port: number;
  readonly #idle: FloodConnection[] = [];
  #count = 0;

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  /** Sends at a steady rate by connections that are open already, and waits for the last answers. */
  async run({ ratePerSecond, seconds, connections }: FloodOrder): Promise<FloodResult> {
    await this.#open(connections);
    const begun = performance.now();
    const tally = new FloodTally(seconds);
    const total = Math.max(1, Math.round(ratePerSecond * seconds));
    const open = new Set<Promise<void>>();
    let due = 0;
    while (due < total) {
      const until = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * ratePerSecond));
      for (; due < until; due += 1) {
        const connection = this.#take();
        if (connection === undefined) tally.heldBack += 1;
        else track(open, this.#send(connection, begun, tally));
      }
      await delay(1);
    }
    await Promise.all(open);
    return tally.result();
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
  }

  /**
   * Opens connections, a few at a time, each with a message of its own: Node takes in one new connection a turn of its
   * event loop, so that a crowd of them would wait for each other.
   */
  async #open(connections: number): Promise<void> {
    const unheard = new FloodTally(0);
    const opener = async (): Promise<void> => {
      while (this.#count < connections) {
        this.#count += 1;
        await this.#send(new FloodConnection(this.#port), 0, unheard);
      }
    };
    await Promise.all(Array.from({ length: 16 }, opener));
  }

  /** The one that was used last, as most HTTP clients do it. */
  #take(): FloodConnection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.open) return idle;
      this.#count -= 1;
    }
    return undefined;
  }

  #send(connection: FloodConnection, begun: number, tally: FloodTally): Promise<void> {
    const sentAt = performance.now();
    return new Promise((resolve) => {
      connection.ask(request(), (status) => {
        this.#idle.push(connection);
        tally.note(status, performance.now() - sentAt, sentAt - begun);
        resolve();
      });
    });
  }
}

class FloodTally {
  heldBack = 0;
  readonly #seconds: number;
  #inTime = 0;
  readonly #accepted: number[] = [];
  readonly #refused: number[] = [];
  #failures = 0;
  #evenAfterMs = 0;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  note(status: number, ms: number, sentAfterMs: number): void {
    if (status === 200 && sentAfterMs + ms <= this.#seconds * 1000) this.#inTime += 1;
    if (status === 200) this.#accepted.push(ms);
    else if (status === 503) this.#refused.push(ms);
    else this.#failures += 1;
    if (status !== 200 || ms > uneven) this.#evenAfterMs = Math.max(this.#evenAfterMs, sentAfterMs);
  }

  result(): FloodResult {
    const seconds = this.#seconds;
    const accepted = Float64Array.from(this.#accepted).sort();
    const refused = Float64Array.from(this.#refused).sort();
    return {
      offered: (accepted.length + refused.length + this.#failures) / seconds,
      heldBack: this.heldBack / seconds,
      accepted: this.#inTime / seconds,
      refused: refused.length / seconds,
      failures: this.#failures,
      p50Ms: percentile(accepted, 50),
      p99Ms: percentile(accepted, 99),
      maxMs: accepted.at(-1) ?? Number.NaN,
      refusedP99Ms: percentile(refused, 99),
      evenAfterMs: this.#evenAfterMs,
    };
  }
}

function track(open: Set<Promise<void>>, send: Promise<void>): void {
  open.add(send);
  void send.then(() => open.delete(send));
}

/** A whole request, its text in bytes of UTF-8. */
function request(): string {
  const body = JSON.stringify({ ...message, outId: `flood-${String(process.pid)}-${String((ids += 1))}` });
  const bytes = Buffer.from(body).toString('latin1');
  return (
    `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
    `content-length: ${String(bytes.length)}\r\n\r\n${bytes}`
  );
}

import type { Socket } from 'node:net';

interface Resting {
  readonly socket: Socket;
  /** On the clock of `performance.now`. */
  readonly until: number;
}

/** The least time that a connection rests, in ms. */
const restMs = 100;
/** One connection after the other comes back, so many ms apart: refusals take a small share of the time at most. */
const apartMs = 0.25;

/**
 * Connections whose last request was refused, and of which nothing is read for a while: whoever asks again at once
 * is heard in his turn, and to refuse him costs little, however many there are of his kind.
 */
export class RestingConnections {
  readonly #queue: Resting[] = [];
  #head = 0;
  #lastUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Reads no more from a connection for now. */
  add(socket: Socket): void {
    socket.pause();
    const now = performance.now();
    this.#lastUntil = Math.max(now + restMs, this.#lastUntil + apartMs);
    this.#queue.push({ socket, until: this.#lastUntil });
    this.#timer ??= this.#wakeIn(this.#lastUntil - now);
  }

  /** Reads from all of them again, whether they have rested or not. */
  releaseAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#release(Infinity);
  }

  #wakeIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const now = performance.now();
      this.#release(now);
      const next = this.#queue[this.#head];
      this.#timer = next === undefined ? undefined : this.#wakeIn(next.until - now);
    }, ms);
  }

  #release(now: number): void {
    for (let next = this.#queue[this.#head]; next !== undefined && next.until <= now;) {
      if (!next.socket.destroyed) next.socket.resume();
      next = this.#queue[(this.#head += 1)];
    }
    if (this.#head * 2 < this.#queue.length) return;
    this.#queue.splice(0, this.#head);
    this.#head = 0;
  }
}

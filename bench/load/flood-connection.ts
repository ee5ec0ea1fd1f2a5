import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What a flood asks on every connection: a whole request, and whoever waits for its answer. */
type OnStatus = (status: number) => void;

/**
 * A connection that posts one message at a time, with as little work as can be: the one that floods must be quicker
 * than the one that is flooded.
 */
export class FloodConnection {
  readonly #socket: Socket;
  #read = '';
  #onStatus: OnStatus | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      this.#take(text);
    });
    // A connection that breaks answers 0, as often as it is asked.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#end(0);
    });
  }

  get open(): boolean {
    return !this.#socket.destroyed;
  }

  /** Sends a request; `onStatus` is called with the answer's status, or with 0 where none came. */
  ask(request: string, onStatus: OnStatus): void {
    this.#onStatus = onStatus;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#read += text;
    const head = this.#read.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#read)?.[1] ?? 0);
    if (this.#read.length < head + 4 + length) return;
    const status = Number(this.#read.slice(9, 12));
    this.#read = '';
    this.#end(status);
  }

  #end(status: number): void {
    const onStatus = this.#onStatus;
    this.#onStatus = undefined;
    onStatus?.(status);
  }
}

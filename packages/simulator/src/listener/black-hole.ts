import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/**
 * A thread that listens with the shortest queue there is and never accepts. Once the queue is full, the kernel
 * answers no further SYN on Linux; that is as near to a cut wire as a loopback port gets without root.
 */
const LISTEN_AND_SLEEP = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.on('error', (error) => { parentPort.postMessage(error.message); });
server.listen({ host: workerData.host, port: workerData.port, backlog: 1 }, () => {
  parentPort.postMessage('listening');
  setImmediate(() => { Atomics.wait(new Int32Array(workerData.gate), 0, 0); process.exit(); });
});`;

/** Linux queues one connection more than asked for. */
const QUEUED = 2;
const FILLERS = 4;
/** The kernel answers a SYN on loopback within microseconds: who waits longer waits because the queue is full. */
const QUIET_MS = 500;

/** A port that takes no connection and refuses none. */
export class BlackHole {
  readonly #worker: Worker;
  readonly #gate: SharedArrayBuffer;
  readonly #fillers: readonly Socket[];

  private constructor(worker: Worker, gate: SharedArrayBuffer, fillers: readonly Socket[]) {
    this.#worker = worker;
    this.#gate = gate;
    this.#fillers = fillers;
  }

  /** Opens one on a port that nobody listens on; resolves once it swallows connections. */
  static async open(host: string, port: number): Promise<BlackHole> {
    const gate = new SharedArrayBuffer(4);
    const worker = new Worker(LISTEN_AND_SLEEP, { eval: true, workerData: { host, port, gate } });
    const [message] = (await once(worker, 'message')) as [string];
    if (message !== 'listening') {
      await worker.terminate();
      throw new Error(message);
    }
    return new BlackHole(worker, gate, await fillQueue(host, port));
  }

  /** Gives the port free. */
  async close(): Promise<void> {
    const gone = once(this.#worker, 'exit');
    const flag = new Int32Array(this.#gate);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    await gone;
    this.#fillers.forEach((filler) => filler.destroy());
  }
}

/**
 * Opens more connections than the queue takes and waits until it is full: until ours fill it, or none of ours gets
 * in any more because callers were faster. All are kept, so that one left over takes any place that becomes free.
 */
async function fillQueue(host: string, port: number): Promise<readonly Socket[]> {
  const fillers = Array.from({ length: FILLERS }, () => connect(port, host));
  await new Promise<void>((resolve) => {
    let connected = 0;
    const quiet = setTimeout(resolve, QUIET_MS);
    for (const filler of fillers) {
      filler.on('error', () => undefined);
      filler.once('connect', () => {
        connected += 1;
        quiet.refresh();
        if (connected < QUEUED) return;
        clearTimeout(quiet);
        resolve();
      });
    }
  });
  return fillers;
}

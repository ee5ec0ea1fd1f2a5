import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from './stage.ts';

/** The barest watcher of etcd there is, etcdctl's own, of one key. */
export class EtcdWatcher {
  #events = 0;
  #last = 0;
  #wake: () => void = () => undefined;

  /** Starts one that ends with the stage. */
  constructor(stage: Stage, etcdctl: string, endpoint: string, key: string) {
    const child = spawn(etcdctl, ['--endpoints', endpoint, 'watch', key], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ETCDCTL_API: '3', PATH: process.env['PATH'] ?? '' },
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    createInterface({ input: child.stdout }).on('line', (line) => {
      // Key and value follow on lines of their own.
      if (line !== 'PUT') return;
      this.#last = performance.now();
      this.#events += 1;
      this.#wake();
    });
    stage.atEnd(async () => {
      child.kill();
      await ended;
    });
  }

  /** The instant of the next event. */
  next(): Promise<number> {
    return new Promise((resolve) => {
      this.#wake = () => {
        resolve(this.#last);
      };
    });
  }

  /** Resolves once it hears: `touch` writes the key, again and again until an event comes. */
  async hears(touch: () => Promise<unknown>): Promise<void> {
    for (let turn = 0; this.#events === 0; turn += 1) {
      if (turn === 60) throw new Error('etcdctl watches, and hears nothing');
      await touch();
      await Promise.race([this.next(), delay(1000)]);
    }
  }
}

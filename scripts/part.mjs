import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { signalGroup } from './run-command.mjs';

/** Lines of a part that are kept, to be shown if it dies. */
const keptLines = 20;

/** How long a part may take to end before it is said that it is waited for, in milliseconds. */
const quietMs = 1000;

/** A program that `npm start` runs, in a process group of its own. */
export class Part {
  #child;
  #lines = [];
  #stopping = false;
  #patienceMs;

  /**
   * Starts it; `onDeath` is called with a sentence if it ends before it is stopped. When it is asked to end it has
   * `patienceMs`.
   */
  constructor(name, command, args, { env, cwd, onDeath, patienceMs = 8000 }) {
    this.name = name;
    this.#patienceMs = patienceMs;
    this.#child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > keptLines) this.#lines.shift();
      });
    }
    this.ended = new Promise((resolve) => {
      const end = (how) => {
        resolve();
        if (!this.#stopping) onDeath(`${name} ended (${how}). Its last words:\n${this.#lines.join('\n')}`);
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('close', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  /** Process id; undefined if it could not be started. */
  get pid() {
    return this.#child.pid;
  }

  /** Asks it to end; after its patience its whole group is ended. `say` is told of a wait, and of such an end. */
  async stop(say = () => undefined) {
    if (this.#stopping || this.pid === undefined) return this.ended;
    this.#stopping = true;
    signalGroup(this.pid, 'SIGTERM');
    const seconds = this.#patienceMs / 1000;
    const slow = setTimeout(
      () => say(`waiting for the ${this.name} to end, at most ${seconds} s; ctrl-C ends all at once`),
      quietMs,
    );
    const overdue = setTimeout(() => {
      say(`the ${this.name} did not end within ${seconds} s and is killed`);
      this.kill();
    }, this.#patienceMs);
    await this.ended;
    clearTimeout(slow);
    clearTimeout(overdue);
  }

  /** Ends its whole group at once. */
  kill() {
    if (this.pid === undefined) return;
    this.#stopping = true;
    signalGroup(this.pid, 'SIGKILL');
  }
}

/** Asks again until `check` gives something; rejects with `what` after `deadlineMs`. */
export async function until(what, check, deadlineMs = 60_000) {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await check().catch(() => undefined);
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs / 1000} s: ${what}`);
    await delay(50);
  }
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Processes under way: whatever ends this one, none of them stays behind. */
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How one member is started. */
export interface NodeOptions {
  readonly binary: string;
  readonly args: readonly string[];
  readonly endpoint: string;
  readonly logFile: string;
}

/** One member of a test cluster: a real process. */
export class EtcdNode {
  readonly endpoint: string;
  readonly #options: NodeOptions;
  #child: ChildProcess | undefined;
  #wanted = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: NodeOptions) {
    this.#options = options;
    this.endpoint = options.endpoint;
  }

  /** The process's id; throws while it does not run. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`the etcd of ${this.endpoint} does not run`);
    return pid;
  }

  /** Whether the process is there, paused or not. */
  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Whether it was started and not ended by us since. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Starts the process; whether it can serve is another question. */
  start(): void {
    this.#wanted = true;
    if (this.#child !== undefined) return;
    const child = spawn(this.#options.binary, [...this.#options.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // What a developer has set for an etcd of their own is none of ours.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ETCD_'))),
    });
    const log = createWriteStream(this.#options.logFile, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    running.add(child);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const ended = (): void => {
        running.delete(child);
        if (this.#child === child) this.#child = undefined;
        log.end();
        resolve();
      };
      child.once('error', ended);
      child.once('close', ended);
    });
  }

  /** Ends the process as a power cut does, paused or not. */
  async kill(): Promise<void> {
    this.#wanted = false;
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** Freezes the process: its connections stay open and nothing answers. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  /** Lets a paused process go on. */
  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** The last lines it logged, for the message of a failed start. */
  async lastWords(): Promise<string> {
    const log = await readFile(this.#options.logFile, 'utf8').catch(() => '');
    return log.trim().split('\n').slice(-5).join('\n');
  }
}

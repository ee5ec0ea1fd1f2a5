import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { inPlace } from '../machine/cores.ts';
import type { Cores, Place } from '../machine/cores.ts';
import { ProcessEndedError } from './process-ended.ts';

/** What to run, and where. */
export interface BenchProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cores: Cores | undefined;
  readonly place: Place;
  readonly env?: Readonly<Record<string, string>>;
}

const keptLines = 200;

/** A process of the bench, pinned to its place, with the last lines it printed; ended by `stop`. */
export class BenchProcess {
  readonly name: string;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  #running = true;

  constructor({ name, command, args, cores, place, env = {} }: BenchProcessOptions) {
    this.name = name;
    const [program, list] = inPlace(cores, place, command, args);
    this.#child = spawn(program, list, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    });
    // A process that ended reads nothing more; that it ended is told by `exited`.
    this.#child.stdin.on('error', () => undefined);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#keep(line);
      this.#waiting.shift()?.(line);
    });
    createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#keep(line);
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#lines.push(error.message));
      this.#child.once('close', (code) => {
        this.#running = false;
        resolve(code);
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.#child.pid;
  }

  get runs(): boolean {
    return this.#running;
  }

  /** Throws with its last words when it is not running. */
  mustRun(): void {
    if (!this.#running) throw new ProcessEndedError(`${this.name} has ended:\n${this.lastLines()}`);
  }

  /** Its last lines, for a report. */
  lastLines(count = 20): string {
    return this.#lines.slice(-count).join('\n');
  }

  /** Writes a line to it and resolves with the next line that it prints; one question at a time. */
  async ask(line: string): Promise<string> {
    this.mustRun();
    const answer = new Promise<string>((resolve) => this.#waiting.push(resolve));
    this.#child.stdin.write(`${line}\n`);
    const ended = this.exited.then(() => {
      throw new Error(`${this.name} ended before it answered:\n${this.lastLines()}`);
    });
    return Promise.race([answer, ended]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end, and after 10 s makes it. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(timer);
  }

  #keep(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
  }
}

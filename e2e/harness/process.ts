import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to run. */
export interface ProcessOptions {
  readonly name: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A process has ended that should run; nothing that is asked of it will come any more. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

/** Lines kept per process, for the report of a failed test. */
const keptLines = 2000;

/** A process that the tests started, with all it printed; ended by `stop`. */
export class Process {
  readonly name: string;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #exit: Exit | undefined;

  /** Starts Node on `args`. */
  constructor({ name, args, env, cwd }: ProcessOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > keptLines) this.#lines.shift();
      });
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.#child.pid;
  }

  /** How it ended; absent while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** All lines of both streams, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The NDJSON records among the lines. */
  get records(): Record<string, unknown>[] {
    return this.#lines.flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return isRecord(value) ? [value] : [];
      } catch {
        return [];
      }
    });
  }

  /** Throws `ProcessEnded` with its last words when it is not running. */
  mustRun(): void {
    if (this.#exit !== undefined) {
      throw new ProcessEnded(`${this.name} ended with ${JSON.stringify(this.#exit)}:\n${this.lastLines()}`);
    }
  }

  /** Its last lines, for a report. */
  lastLines(count = 30): string {
    return this.#lines.slice(-count).join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end, and after 20 s makes it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (this.#exit === undefined) {
      this.#child.kill(signal);
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 20_000);
      await this.exited;
      clearTimeout(timer);
    }
    return this.exited;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

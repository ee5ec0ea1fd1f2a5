import type { Clock, ConfigStore, Random } from '@waystation/core';
import { VirtualClock } from '@waystation/core/testing';
import type { AccessPlan } from '@waystation/etcd';
import type { ConnectionOptions } from '../options/connection-options.ts';
import { runWayctl } from '../run-wayctl.ts';
import type { EditorResult, InputStream, OutputStream, World } from '../world.ts';

/** What one run of wayctl in a test came to. */
export interface TestRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Output that is kept; `closeAfter` lines the reader goes away, as `head` does. */
export class KeptOutput implements OutputStream {
  readonly isTerminal: boolean;
  readonly columns = 100;
  readonly #closed = new AbortController();
  readonly #closeAfter: number;
  text = '';
  readonly #waiting = new Set<() => void>();

  constructor(isTerminal: boolean, closeAfter: number = Number.POSITIVE_INFINITY) {
    this.isTerminal = isTerminal;
    this.#closeAfter = closeAfter;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Resolves once a text has been written. */
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  write(text: string): void {
    if (this.#closed.signal.aborted) return;
    this.text += text;
    for (const wake of this.#waiting) wake();
    if (this.text.split('\n').length > this.#closeAfter) this.#closed.abort();
  }
}

/** A run of wayctl that goes on beside the test. */
export interface StartedRun {
  readonly out: KeptOutput;
  readonly done: Promise<TestRun>;
}

/** How a test sets the world up; everything has a default. */
export interface TestWorldOptions {
  /** The store that every connection gets; without one, none can be opened. */
  readonly store?: ConfigStore;
  readonly tempDir: string;
  readonly clock?: Clock;
  readonly author?: string;
  readonly random?: Random;
  readonly env?: Readonly<Record<string, string>>;
  readonly homeDir?: string;
  /** Answers on the terminal, in turn; without any there is no terminal. */
  readonly answers?: readonly string[];
  readonly input?: string;
  readonly editor?: (file: string, round: number) => Promise<EditorResult>;
  readonly colours?: boolean;
  readonly closeAfter?: number;
  readonly interrupted?: AbortSignal;
  readonly onOpen?: (options: ConnectionOptions) => void;
  readonly grantAccess?: (plan: AccessPlan) => void;
}

/** Starts wayctl in this process, in a world made for the test. */
export function startInWorld(options: TestWorldOptions, ...argv: readonly string[]): StartedRun {
  const out = new KeptOutput(options.colours ?? false, options.closeAfter);
  const err = new KeptOutput(false);
  const done = runWayctl(argv, makeWorld(options, out, err)).then((code) => ({
    code,
    out: out.text,
    err: err.text,
  }));
  return { out, done };
}

/** Builds a world whose output is kept. */
export function makeWorld(options: TestWorldOptions, out: KeptOutput, err: KeptOutput): World {
  let edits = 0;
  return {
    openStore: (connection) => {
      options.onOpen?.(connection);
      if (options.store === undefined) throw new Error('this world has no store');
      return Promise.resolve(lend(options.store));
    },
    grantAccess: (_, plan) => {
      options.grantAccess?.(plan);
      return Promise.resolve();
    },
    out,
    err,
    input: makeInput(options, err),
    clock: options.clock ?? new VirtualClock(),
    random: options.random ?? (() => 0.5),
    env: options.env ?? {},
    homeDir: options.homeDir ?? options.tempDir,
    tempDir: options.tempDir,
    author: options.author ?? 'alice@desk',
    version: '1.2.3',
    edit: (_, file) => {
      edits += 1;
      return options.editor?.(file, edits) ?? Promise.resolve({ kind: 'failed', reason: 'there is none' });
    },
    interrupted: options.interrupted ?? new AbortController().signal,
  };
}

/** The store without its `close`: it belongs to the test, which goes on using it. */
function lend(store: ConfigStore): ConfigStore {
  return {
    list: (prefix, options) => store.list(prefix, options),
    get: (key, options) => store.get(key, options),
    watch: (prefix, fromRevision, options) => store.watch(prefix, fromRevision, options),
    transact: (compares, writes, options) => store.transact(compares, writes, options),
    lease: (ttlMs, options) => store.lease(ttlMs, options),
    close: () => Promise.resolve(),
  };
}

function makeInput(options: TestWorldOptions, err: KeptOutput): InputStream {
  const answers = [...(options.answers ?? [])];
  return {
    isTerminal: options.answers !== undefined,
    readAll: () => Promise.resolve(options.input ?? ''),
    readLine: (prompt) => {
      err.write(prompt);
      return Promise.resolve(answers.shift());
    },
  };
}

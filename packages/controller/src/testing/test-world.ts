import type { Clock, ConfigStore } from '@waystation/core';
import { VirtualClock } from '@waystation/core/testing';
import type { ConnectionOptions } from '../options/connection-options.ts';
import { runWayctl } from '../run-wayctl.ts';
import type { EditorResult, InputStream, OutputStream, World } from '../world.ts';
import type { AccessPlan } from '../workflow/access-plan.ts';

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

  constructor(isTerminal: boolean, closeAfter: number = Number.POSITIVE_INFINITY) {
    this.isTerminal = isTerminal;
    this.#closeAfter = closeAfter;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  write(text: string): void {
    if (this.#closed.signal.aborted) return;
    this.text += text;
    if (this.text.split('\n').length > this.#closeAfter) this.#closed.abort();
  }
}

/** How a test sets the world up; everything has a default. */
export interface TestWorldOptions {
  readonly store: ConfigStore;
  readonly tempDir: string;
  readonly clock?: Clock;
  readonly author?: string;
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

/** Runs wayctl in this process, in a world made for the test. */
export async function runInWorld(options: TestWorldOptions, ...argv: readonly string[]): Promise<TestRun> {
  const out = new KeptOutput(options.colours ?? false, options.closeAfter);
  const err = new KeptOutput(false);
  const code = await runWayctl(argv, makeWorld(options, out, err));
  return { code, out: out.text, err: err.text };
}

/** Builds a world whose output is kept. */
export function makeWorld(options: TestWorldOptions, out: KeptOutput, err: KeptOutput): World {
  let edits = 0;
  return {
    openStore: (connection) => {
      options.onOpen?.(connection);
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
    random: () => 0.5,
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

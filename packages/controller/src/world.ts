import type { Clock, ConfigStore, Random } from '@waystation/core';
import type { AccessPlan } from '@waystation/etcd';
import type { ConnectionOptions } from './options/connection-options.ts';

/** Where output goes. */
export interface OutputStream {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width of the terminal in columns; 80 where there is none. */
  readonly columns: number;
  /** Aborted once the reader went away; what is written after that is dropped. */
  readonly closed: AbortSignal;
}

/** Where answers and piped documents come from. */
export interface InputStream {
  readonly isTerminal: boolean;
  /** All of it, until its end. */
  readAll(): Promise<string>;
  /** One line, after a prompt on stderr; undefined at the end of input. Rejects when `signal` aborts. */
  readLine(prompt: string, signal: AbortSignal): Promise<string | undefined>;
}

/** How an editor ended. */
export type EditorResult =
  | { readonly kind: 'closed' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly reason: string };

/** All that wayctl needs of the machine it runs on; main.ts builds the real one, tests their own. */
export interface World {
  /** Opens the store; the code that speaks to etcd is loaded only then. */
  openStore(options: ConnectionOptions): Promise<ConfigStore>;
  /** Creates roles and users in etcd's access control; what is there already is left. */
  grantAccess(options: ConnectionOptions, plan: AccessPlan): Promise<void>;
  readonly out: OutputStream;
  readonly err: OutputStream;
  readonly input: InputStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Where edited documents stand while they are edited. */
  readonly tempDir: string;
  /** Who acts, unless `--by` says otherwise: `user@host`. */
  readonly author: string;
  readonly version: string;
  /** Opens the editor on a file and waits until it is closed. */
  edit(command: string, file: string): Promise<EditorResult>;
  /** Aborted by ctrl-C or SIGTERM; the reason is the signal's name. */
  readonly interrupted: AbortSignal;
}

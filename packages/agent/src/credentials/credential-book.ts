import { WaystationError } from '@waystation/core';
import type { AllowEndpoint } from '@waystation/core';
import { FileWatch } from '../disk/file-watch.ts';
import type { FileContent } from '../disk/file-watch.ts';
import type { AgentLogger } from '../log/logger.ts';
import type { CredentialKind, CredentialResult } from './credential.ts';
import { readEnvironment, variablePrefix } from './credential-environment.ts';
import type { Environment, EnvironmentCredential } from './credential-environment.ts';
import { readCredentials } from './credential-file.ts';
import type { HeldCredential } from './credential-file.ts';
import type { DefaultChain } from './default-chain.ts';

/** The name that stands for Alibaba's default chain where nothing else is held under it. */
const defaultCredential = 'default';

/** What a strategy is checked against: what a credential is good for, never what it is. */
export interface CredentialFacts {
  readonly kind: CredentialKind;
  readonly from: 'file' | 'environment' | 'default-chain';
  /** The only endpoints that it may be used for; absent: every one that a strategy may name. */
  readonly hosts?: readonly AllowEndpoint[];
}

/** What the book is read from. */
export interface CredentialBookDependencies {
  readonly env: Environment;
  readonly chain: Pick<DefaultChain, 'current'>;
  readonly log: AgentLogger;
}

/** Where the file is, if there is one, and how closely it is looked at. */
export interface CredentialBookOptions {
  readonly file?: string;
  /** How often the file is looked at where the system tells of no change. Default 2 s. */
  readonly pollMs?: number;
}

const maxBytes = 262_144;

/**
 * The credentials that this host holds, by name: those of the file, else those of the environment, else the default
 * chain. A changed file counts from the next request on; one that cannot be read leaves the last good one in force.
 */
export class CredentialBook {
  readonly #dependencies: CredentialBookDependencies;
  readonly #options: CredentialBookOptions;
  #watch: FileWatch | undefined;
  readonly #fromEnvironment = new Map<string, EnvironmentCredential>();
  #fromFile: ReadonlyMap<string, HeldCredential> = new Map();
  #trouble: string | undefined;
  #looseMode: string | undefined;
  #onChange: () => void = () => undefined;

  constructor(dependencies: CredentialBookDependencies, options: CredentialBookOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
  }

  /** What an operator should know, in sentences: the file is readable by others, or its newest content is broken. */
  get troubles(): readonly string[] {
    return [this.#trouble, this.#looseMode].filter((trouble) => trouble !== undefined);
  }

  /** Reads the file and follows it; rejects with `CONFIG_INVALID` where there is one and it cannot be used. */
  async start(onChange: () => void = () => undefined): Promise<void> {
    const { file, pollMs } = this.#options;
    this.#onChange = onChange;
    if (file === undefined) return;
    const options = { path: file, maxBytes, ...(pollMs !== undefined && { pollMs }) };
    this.#watch = new FileWatch((content) => {
      this.#take(content, file);
    }, options);
    const reason = this.#read(await this.#watch.start(), file);
    if (reason === undefined) return;
    await this.stop();
    throw new WaystationError('CONFIG_INVALID', `--credentials-file ${reason}`);
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  /** What a credential is good for; undefined, with the reason, where this host does not hold it. */
  describe(name: string): CredentialFacts | { readonly missing: string } {
    const held = this.#fromFile.get(name);
    if (held !== undefined) {
      const { credential, hosts } = held;
      return { kind: credential.kind, from: 'file', ...(hosts !== undefined && { hosts }) };
    }
    const fromEnvironment = this.#environment(name);
    if (fromEnvironment.kind === 'found') {
      return { kind: fromEnvironment.credential.kind, from: 'environment' };
    }
    if (fromEnvironment.kind === 'mistake') return { missing: fromEnvironment.reason };
    if (name === defaultCredential) return { kind: 'aliyun', from: 'default-chain' };
    const { file } = this.#options;
    const places = `${file === undefined ? '--credentials-file (not given)' : file} or ${variablePrefix(name)}_…`;
    return { missing: `this host holds no credential called ${name}: give it in ${places}` };
  }

  /** The credential to use now: at once where it is held here, later from the default chain. Never rejects. */
  current(name: string): CredentialResult | Promise<CredentialResult> {
    const held = this.#fromFile.get(name);
    if (held !== undefined) return { ok: true, credential: held.credential };
    const fromEnvironment = this.#environment(name);
    if (fromEnvironment.kind === 'found') return { ok: true, credential: fromEnvironment.credential };
    if (fromEnvironment.kind === 'none' && name === defaultCredential) {
      return this.#dependencies.chain.current();
    }
    return { ok: false, reason: `this host holds no credential called ${name}` };
  }

  /** The environment of a process does not change, and a send should not search it. */
  #environment(name: string): EnvironmentCredential {
    const known = this.#fromEnvironment.get(name) ?? readEnvironment(this.#dependencies.env, name);
    this.#fromEnvironment.set(name, known);
    return known;
  }

  /** Takes the file's content, or tells why not. */
  #read(content: FileContent, file: string): string | undefined {
    if (!content.ok) return content.reason;
    const read = readCredentials(content.text, file);
    if (!read.ok) return read.reason;
    this.#fromFile = read.credentials;
    const mode = content.mode.toString(8).padStart(4, '0');
    this.#looseMode =
      (content.mode & 0o077) === 0
        ? undefined
        : `${file} may be read or written by others (mode ${mode}); it should be 0600`;
    return undefined;
  }

  #take(content: FileContent, file: string): void {
    const { log } = this.#dependencies;
    const reason = this.#read(content, file);
    this.#trouble =
      reason === undefined ? undefined : `credentials not reloaded, the last good ones stay: ${reason}`;
    if (reason === undefined) log.info({ credentials: this.#fromFile.size }, 'credentials reloaded');
    else log.error({ reason }, 'credentials not reloaded');
    this.#onChange();
  }
}

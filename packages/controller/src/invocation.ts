import { fleetKeys, WaystationError } from '@waystation/core';
import type { ConfigStore, FleetKeys } from '@waystation/core';
import { stringify } from 'yaml';
import type { Call } from './call.ts';
import type { FleetWriter } from './fleet/fleet-writer.ts';
import { StrategyRepository } from './fleet/strategy-repository.ts';
import { resolveOptions } from './options/resolve-options.ts';
import type { CommonValues } from './options/resolve-options.ts';
import { coloursFor } from './output/colours.ts';
import type { Colours } from './output/colours.ts';
import { parseDuration } from './output/duration.ts';
import { printable } from './output/printable.ts';
import type { World } from './world.ts';

/** One run of one command: its words, the options resolved, and the store once it is asked for. */
export class Invocation {
  readonly world: World;
  /** The command's words, e.g. `strategy apply`. */
  readonly command: string;
  readonly arguments: readonly (string | readonly string[] | undefined)[];
  readonly #flags: Readonly<Record<string, unknown>>;
  #common: Promise<CommonValues> | undefined;
  #store: ConfigStore | undefined;

  constructor(world: World, call: Call) {
    this.world = world;
    this.command = call.command;
    this.arguments = call.arguments;
    this.#flags = call.flags;
  }

  /** A single argument by position. */
  argument(position: number): string | undefined {
    const value = this.arguments[position];
    return typeof value === 'string' ? value : undefined;
  }

  /** A single argument that the command's definition demands. */
  required(position: number): string {
    const value = this.argument(position);
    if (value === undefined) throw new Error(`${this.command} has no argument at ${position}`);
    return value;
  }

  /** The arguments from a position on. */
  rest(position: number): readonly string[] {
    const value = this.arguments[position];
    return typeof value === 'string' || value === undefined ? [] : value;
  }

  /** Whether a flag without a value was given. */
  flag(key: string): boolean {
    return this.#flags[key] === true;
  }

  /** An option's text. */
  text(key: string): string | undefined {
    const value = this.#flags[key];
    return typeof value === 'string' ? value : undefined;
  }

  /** An option that may be repeated. */
  texts(key: string): readonly string[] {
    const value = this.#flags[key];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  /** An option that is a length of time, in milliseconds. */
  duration(key: string): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const ms = parseDuration(value);
    if (ms !== undefined && ms > 0) return ms;
    throw usage(`--${key} must be a length of time such as 90s, 30m or 1h30m, got ${JSON.stringify(value)}`);
  }

  /** An option that is a whole number of at least `min`, and of at most `max` where one is given. */
  integer(key: string, flag: string, min: number, max?: number): number | undefined {
    const value = this.text(key);
    return value === undefined ? undefined : readInteger(flag, value, min, max);
  }

  /** Why, if said; bounded, since it is kept in the history. */
  reason(): string | undefined {
    const reason = this.text('reason');
    if (reason === undefined || (reason.trim() !== '' && reason.length <= 1000)) return reason;
    throw usage(`--reason must be 1–1000 characters, got ${reason.length}`);
  }

  /** The common options, resolved once. */
  common(): Promise<CommonValues> {
    return (this.#common ??= resolveOptions(this.#flags, this.world));
  }

  /** The fleet's keys in the store. */
  async keys(): Promise<FleetKeys> {
    return fleetKeys((await this.common()).connection);
  }

  /** The store, opened on first use. */
  async store(): Promise<ConfigStore> {
    const { connection } = await this.common();
    return (this.#store ??= await this.world.openStore(connection));
  }

  /** What repositories write with, in the name of whoever acts. */
  async writer(): Promise<FleetWriter> {
    const store = await this.store();
    const { clock, random } = this.world;
    const { by } = await this.common();
    return { store, clock, random, keys: await this.keys(), author: by };
  }

  /** The fleet's strategy in the store. */
  async repository(): Promise<StrategyRepository> {
    return new StrategyRepository(await this.writer());
  }

  /** Prints the command's result: as a table (or whatever `render` makes), JSON or YAML. */
  async emit(data: unknown, render: (colours: Colours) => string): Promise<void> {
    const { output } = await this.common();
    switch (output) {
      case 'json':
        this.world.out.write(`${JSON.stringify(data, undefined, 2)}\n`);
        break;
      case 'yaml':
        this.world.out.write(stringify(data));
        break;
      case 'table':
        this.world.out.write(render(this.colours()));
    }
  }

  /** Prints one of a stream of results: a line, a line of JSON, or a document of YAML. */
  async emitOne(data: unknown, render: (colours: Colours) => string): Promise<void> {
    const { output } = await this.common();
    switch (output) {
      case 'json':
        this.world.out.write(`${JSON.stringify(data)}\n`);
        break;
      case 'yaml':
        this.world.out.write(`---\n${stringify(data)}`);
        break;
      case 'table':
        this.world.out.write(render(this.colours()));
    }
  }

  /** Colours of the result. */
  colours(): Colours {
    return coloursFor(this.world.out.isTerminal, this.world.env);
  }

  /** Says something beside the result, on stderr: progress, warnings, questions. */
  say(text: string): void {
    this.world.err.write(`${text.split('\n').map(printable).join('\n')}\n`);
  }

  /** Says what is wrong, on stderr. */
  fail(text: string): void {
    const colours = coloursFor(this.world.err.isTerminal, this.world.env);
    this.world.err.write(`${colours.red('error:')} ${printable(text)}\n`);
  }

  /** Says a warning. */
  warn(text: string): void {
    const colours = coloursFor(this.world.err.isTerminal, this.world.env);
    this.world.err.write(`${colours.yellow('warning:')} ${printable(text)}\n`);
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    await this.#store?.close();
  }
}

/** A wrong use of a command: exit code 2. */
export function usage(message: string): WaystationError {
  return new WaystationError('CONFIG_INVALID', message);
}

/** Reads a whole number, or says which argument is none. */
export function readInteger(name: string, value: string, min: number, max?: number): number {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= (max ?? number)) return number;
  const allowed = max === undefined ? `a whole number of at least ${min}` : `a whole number of ${min}–${max}`;
  throw usage(`${name} must be ${allowed}, got ${JSON.stringify(value)}`);
}

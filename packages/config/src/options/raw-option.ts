import { nearestName } from '@waystation/core';
import type { OptionDefinition, OptionTable } from './option-definition.ts';
import { optionNames } from './option-definition.ts';

/** Where an option's value was given. */
export type OptionSource = 'flag' | 'environment' | 'file' | 'default';

/** A value as it was given: one text, several, or a switch's position. */
export type RawValue = string | readonly string[] | boolean;

/** A value as it was given, and by which name. */
export interface RawOption {
  readonly source: OptionSource;
  /** For messages: `--listen`, `WAYSTATION_LISTEN`, `agent.yaml:3:1: listen`. */
  readonly name: string;
  readonly value: RawValue;
}

/** Splits a list's texts at their commas; space around an entry and empty entries are dropped. */
export function splitList(texts: readonly string[]): readonly string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** What the environment says of one option; an empty variable counts as not set. */
export function fromEnvironment(
  key: string,
  { kind }: OptionDefinition<unknown>,
  env: Readonly<Record<string, string | undefined>>,
): RawOption | undefined {
  const name = optionNames(key).variable;
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = kind === 'list' ? splitList([text]) : text;
  return { source: 'environment', name, value };
}

/** What an option has where nobody gave it a value. */
export function fromDefault(
  key: string,
  { kind, fallback }: OptionDefinition<unknown>,
): RawOption | undefined {
  const name = optionNames(key).flag;
  if (kind === 'list') return { source: 'default', name, value: splitList([fallback ?? '']) };
  if (kind === 'switch') return { source: 'default', name, value: false };
  return fallback === undefined ? undefined : { source: 'default', name, value: fallback };
}

const variablePrefix = 'WAYSTATION_';

/** Variables that look like a mistyped one of this program's: the environment is shared, so this is no error. */
export function mistypedVariables(
  options: OptionTable,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const known = Object.keys(options).map((key) => optionNames(key).variable.slice(variablePrefix.length));
  return Object.keys(env)
    .filter((name) => name.startsWith(variablePrefix))
    .map((name) => name.slice(variablePrefix.length))
    .filter((name) => /^[A-Z_]+$/.test(name) && !known.includes(name))
    .flatMap((name) => {
      const meant = nearestName(name, known);
      if (meant === undefined) return [];
      return [`${variablePrefix}${name} is set but is no option; did you mean ${variablePrefix}${meant}?`];
    });
}

import { optionNames } from '@waystation/config';
import type { OptionDefinition } from '@waystation/config';
import {
  commonOptions,
  contextOptions,
  endpointsAlias,
  optionChoices,
  shortFlags,
} from './common-options.ts';

/** An option that every command takes, as help, completion and reference show it. */
export interface CommonFlag {
  readonly flags: string;
  readonly description: string;
  readonly variable?: string;
  /** The key in a context, where it may stand in one. */
  readonly contextKey?: string;
  readonly fallback?: string;
  readonly values?: readonly string[];
  readonly repeatable: boolean;
}

/** Every option that all commands take, before or after the command's name. */
export const commonFlags: readonly CommonFlag[] = [
  ...Object.entries(commonOptions).map(([key, definition]) => toFlag(key, definition, true)),
  { flags: endpointsAlias.flags, description: 'the same as --etcd-endpoints', repeatable: true },
  ...Object.entries(contextOptions).map(([key, definition]) => toFlag(key, definition, false)),
];

function toFlag(key: string, definition: OptionDefinition<unknown>, inContext: boolean): CommonFlag {
  const { flag, variable } = optionNames(key);
  const short = shortFlags[key];
  const values = optionChoices[key];
  const fallback = definition.fallback ?? definition.fallbackText;
  return {
    flags: `${short === undefined ? '' : `${short}, `}${flag} ${definition.placeholder ?? '<value>'}`,
    description: definition.description,
    variable,
    repeatable: definition.kind === 'list',
    ...(inContext ? { contextKey: key } : {}),
    ...(values === undefined ? {} : { values }),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

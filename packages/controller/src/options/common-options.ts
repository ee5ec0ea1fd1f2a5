import { etcdOptions, fleetOptions } from '@waystation/config';
import type { OptionDefinition, OptionTable } from '@waystation/config';
import * as z from 'zod';

/** How results can be printed. */
export const outputFormats = ['table', 'json', 'yaml'] as const;

const output: OptionDefinition<(typeof outputFormats)[number]> = {
  kind: 'text',
  placeholder: '<format>',
  description: 'how results are printed',
  schema: z.enum(outputFormats, 'must be table, json or yaml'),
  fallback: 'table',
};

const by: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<who>',
  description: 'who acts, as history and events will name it',
  schema: z.string().min(1, 'must be 1–200 characters').max(200, 'must be 1–200 characters').optional(),
  fallbackText: 'user@host',
};

/** Options of every command that have a variable and may stand in a context as well. */
export const commonOptions = { ...etcdOptions, ...fleetOptions, output, by } satisfies OptionTable;

const context: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<name>',
  description: 'context to take options from',
  schema: z.string().min(1, 'must be a name').optional(),
  fallbackText: "the context file's current",
};

const contextFile: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<file>',
  description: 'where contexts are kept',
  schema: z.string().min(1, 'must name a file').optional(),
  fallbackText: '~/.config/waystation/contexts.yaml',
};

/** Options of every command that say where contexts come from. */
export const contextOptions = { context, contextFile } satisfies OptionTable;

/** The only values of options that have no others. */
export const optionChoices: Readonly<Record<string, readonly string[]>> = { output: outputFormats };

/** Short names of options that have one. */
export const shortFlags: Readonly<Record<string, string>> = { output: '-o' };

/** `--endpoints` is another word for `--etcd-endpoints`. */
export const endpointsAlias = { key: 'endpoints', flags: '--endpoints <urls>' } as const;

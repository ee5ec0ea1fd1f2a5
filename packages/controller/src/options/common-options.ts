import { etcdOptions, fleetOptions } from '@waystation/config';
import type { OptionDefinition, OptionTable } from '@waystation/config';
import { z } from 'zod';

const output: OptionDefinition<'table' | 'json' | 'yaml'> = {
  kind: 'text',
  placeholder: '<format>',
  description: 'how results are printed: table, json or yaml',
  schema: z.enum(['table', 'json', 'yaml']),
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

/** Short names of options that have one. */
export const shortFlags: Readonly<Record<string, string>> = { output: '-o' };

/** `--endpoints` is another word for `--etcd-endpoints`. */
export const endpointsAlias = { key: 'endpoints', flags: '--endpoints <urls>' } as const;

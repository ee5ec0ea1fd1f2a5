import { showValue, WaystationError } from '@waystation/core';
import * as z from 'zod';
import { optionNames } from './option-definition.ts';
import type { OptionDefinition, OptionTable, OptionValues } from './option-definition.ts';
import { readOptionFile } from './option-file.ts';
import type { OptionFile } from './option-file.ts';
import { readFlags } from './option-flags.ts';
import type { ProgramWords } from './option-flags.ts';
import { fromDefault, fromEnvironment, mistypedVariables } from './raw-option.ts';
import type { OptionSource, RawOption } from './raw-option.ts';

/** A program, its options, and what they demand of one another. */
export interface OptionProgram<Table extends OptionTable> extends ProgramWords {
  readonly options: Table;
  /** Sentences for what is wrong between values that are well formed each by itself. */
  readonly check?: (values: OptionValues<NoInfer<Table>>) => readonly string[];
}

/** What a process was started with. */
export interface OptionInput {
  /** Without the program's own path. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the config file. */
  readonly readFile: (path: string) => Promise<string>;
  /** Width of the terminal for the help; default 100. */
  readonly columns?: number;
}

/** Values, or a text to print in place of running (`--help`, `--version`). */
export type LoadedOptions<Table extends OptionTable> =
  | {
      readonly kind: 'values';
      readonly values: OptionValues<Table>;
      readonly sources: Readonly<Record<keyof Table, OptionSource>>;
      /** What looks mistyped and is no error. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'print'; readonly text: string };

const configOption: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<file>',
  description: 'YAML or JSON file with options',
  schema: z.string().optional(),
};

/**
 * Reads a program's options: flag, else environment, else the file of `--config`, else default. Rejects with
 * `CONFIG_INVALID` and everything that is wrong, each with its flag, variable or key, its value and what was allowed.
 */
export async function loadOptions<Table extends OptionTable>(
  program: OptionProgram<Table>,
  input: OptionInput,
): Promise<LoadedOptions<Table>> {
  const flags = readFlags(input.argv, program, { config: configOption, ...program.options }, input.columns);
  if (flags.kind === 'print') return flags;
  if (flags.kind === 'mistake') throw invalid([`${flags.message} (see ${program.name} --help)`]);
  const config = flags.values.get('config') ?? fromEnvironment('config', configOption, input.env);
  const file = await loadFile(config, program.options, input);
  const issues = [...file.issues];
  const values: Record<string, unknown> = {};
  const sources: Record<string, OptionSource> = {};
  for (const [key, definition] of Object.entries(program.options)) {
    const raw =
      flags.values.get(key) ??
      fromEnvironment(key, definition, input.env) ??
      file.values.get(key) ??
      fromDefault(key, definition);
    const read = readValue(key, definition, raw);
    if (read.ok) values[key] = read.value;
    else issues.push(...read.issues);
    sources[key] = raw?.source ?? 'default';
  }
  if (issues.length > 0) throw invalid(issues);
  const checked = Object.freeze(values) as OptionValues<Table>;
  const contradictions = program.check?.(checked) ?? [];
  if (contradictions.length > 0) throw invalid(contradictions);
  return {
    kind: 'values',
    values: checked,
    sources: sources as Readonly<Record<keyof Table, OptionSource>>,
    warnings: mistypedVariables({ config: configOption, ...program.options }, input.env),
  };
}

async function loadFile(
  config: RawOption | undefined,
  options: OptionTable,
  { readFile }: OptionInput,
): Promise<OptionFile> {
  if (config === undefined || typeof config.value !== 'string') return { values: new Map(), issues: [] };
  const path = config.value;
  let text: string;
  try {
    text = await readFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WaystationError('CONFIG_INVALID', `${config.name}: cannot read ${showValue(path)}: ${why}`, {
      cause,
    });
  }
  return readOptionFile(text, path, options);
}

type ValueRead =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: string[] };

function readValue(
  key: string,
  { kind, schema }: OptionDefinition<unknown>,
  raw: RawOption | undefined,
): ValueRead {
  const given = kind === 'switch' && typeof raw?.value === 'string' ? switchOf(raw.value) : raw?.value;
  const result = schema.safeParse(given);
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues.map((issue) => {
    const [index] = issue.path;
    const value: unknown = Array.isArray(given) && typeof index === 'number' ? given[index] : given;
    const claim = describe(issue);
    if (raw === undefined) {
      const { flag, variable } = optionNames(key);
      return `${flag} (or ${variable}, or ${key} in the config file) is required: it ${claim}`;
    }
    return `${raw.name} ${claim}, got ${showValue(value)}`;
  });
  return { ok: false, issues };
}

/** `true` and `false` alone: `0`, `no` and the like mean different things to different people. */
function switchOf(text: string): boolean | string {
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type' && issue.expected === 'boolean') return 'must be true or false';
  return issue.message;
}

function invalid(issues: readonly string[]): WaystationError {
  return new WaystationError('CONFIG_INVALID', issues.join('; '));
}

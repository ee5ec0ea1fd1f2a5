import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { optionNames } from './option-definition.ts';
import type { OptionDefinition, OptionTable } from './option-definition.ts';
import { splitList } from './raw-option.ts';
import type { RawOption } from './raw-option.ts';

/** What a program says of itself in its help. */
export interface ProgramWords {
  /** Name of its command. */
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Stands below the options in the help. */
  readonly epilogue?: string;
}

/** What a command line says: values, something to print in place of running, or a mistake. */
export type FlagsRead =
  | { readonly kind: 'values'; readonly values: ReadonlyMap<string, RawOption> }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'mistake'; readonly message: string };

/** Reads a command line (without the program's own path). */
export function readFlags(
  argv: readonly string[],
  words: ProgramWords,
  options: OptionTable,
  columns?: number,
): FlagsRead {
  let printed = '';
  const command = buildCommand(words, options)
    .configureHelp({ helpWidth: columns ?? 100 })
    .configureOutput({ writeOut: (text) => (printed += text), writeErr: () => undefined });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text: printed };
    return { kind: 'mistake', message: error.message.replace(/^error: /, '').replace('\n', ' ') };
  }
  const given = command.opts<Readonly<Record<string, unknown>>>();
  const values = new Map<string, RawOption>();
  for (const key of Object.keys(options)) {
    const value = given[key];
    const known = typeof value === 'string' || typeof value === 'boolean' || isTexts(value);
    if (known) values.set(key, { source: 'flag', name: optionNames(key).flag, value });
  }
  return { kind: 'values', values };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function buildCommand(words: ProgramWords, options: OptionTable): Command {
  const command = new Command(words.name)
    .description(words.description)
    .version(words.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false)
    .exitOverride();
  for (const [key, definition] of Object.entries(options)) command.addOption(toOption(key, definition));
  const order =
    'A flag counts before its variable, the variable before the config file, and that before the default.';
  return command.addHelpText('after', `\n${order}\n${words.epilogue ?? ''}`);
}

function toOption(key: string, definition: OptionDefinition<unknown>): Option {
  const { kind, placeholder, description } = definition;
  const { flag } = optionNames(key);
  const option = new Option(
    kind === 'switch' ? flag : `${flag} ${placeholder ?? '<value>'}`,
    `${description} (${otherNames(key, definition)})`,
  );
  switch (kind) {
    case 'list':
      return option.argParser((text, before: readonly string[] | undefined) => [
        ...(before ?? []),
        ...splitList([text]),
      ]);
    case 'text':
      return option.argParser((text, before: string | undefined) => {
        if (before === undefined) return text;
        throw new InvalidArgumentError(`It is given twice, and takes one value.`);
      });
    case 'switch':
      return option;
  }
}

function otherNames(key: string, { kind, fallback, fallbackText }: OptionDefinition<unknown>): string {
  const { variable } = optionNames(key);
  const repeat = kind === 'list' ? ['repeatable'] : [];
  const inFile = key === 'config' ? [] : [`file ${key}`];
  const usual = fallbackText ?? fallback;
  return [...repeat, `env ${variable}`, ...inFile, ...(usual === undefined ? [] : [`default ${usual}`])].join(
    ', ',
  );
}

import type { CommandDefinition, OptionDefinition } from '../command-definition.ts';
import { commonFlags } from '../options/common-flags.ts';

/** A command line as far as it is typed. */
export interface TypedWords {
  /** The command, once its words are all there. */
  readonly command?: CommandDefinition;
  /** Words that are neither options nor their values, the unfinished one left out. */
  readonly operands: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  /** The option whose value is being typed. */
  readonly option?: OptionDefinition;
  readonly partial: string;
}

/** What may stand in place of the unfinished word; `names`: something that only the strategy knows. */
export interface Candidates {
  readonly words: readonly string[];
  readonly names?: 'routes' | 'channels' | 'weights';
}

/** Takes typed words apart as far as completion needs it. */
export function readWords(commands: readonly CommandDefinition[], words: readonly string[]): TypedWords {
  const partial = words.at(-1) ?? '';
  const operands: string[] = [];
  const flags: Record<string, string> = {};
  const typed = words.slice(0, -1);
  let option: OptionDefinition | undefined;
  for (const word of typed) {
    if (option !== undefined) {
      flags[optionKey(option.flags)] = word;
      option = undefined;
    } else if (word.startsWith('-')) {
      const found = optionsOf(findCommand(commands, operands)).find(({ flags: names }) =>
        namesOf(names).includes(word),
      );
      option = found !== undefined && takesValue(found) ? found : undefined;
    } else {
      operands.push(word);
    }
  }
  const command = findCommand(commands, operands);
  return {
    operands,
    flags,
    partial,
    ...(command === undefined ? {} : { command }),
    ...(option === undefined ? {} : { option }),
  };
}

/** What may come next. */
export function findCandidates(commands: readonly CommandDefinition[], typed: TypedWords): Candidates {
  const { command, operands, option, partial } = typed;
  if (option !== undefined) return { words: option.values ?? [] };
  if (partial.startsWith('-')) return { words: optionsOf(command).flatMap(({ flags }) => namesOf(flags)) };
  if (command === undefined) return { words: nextWords(commands, operands) };
  const position = operands.length - command.name.split(' ').length;
  const definitions = command.arguments ?? [];
  const definition = definitions[position] ?? definitions.findLast(({ name }) => name.includes('...'));
  if (definition === undefined) return { words: [] };
  const words = definition.completes ?? [];
  if (definition.name.includes('CHANNEL=WEIGHT')) return { words, names: 'weights' };
  if (definition.name.includes('CHANNEL')) return { words, names: 'channels' };
  return definition.name.includes('ROUTE') ? { words, names: 'routes' } : { words };
}

function findCommand(
  commands: readonly CommandDefinition[],
  operands: readonly string[],
): CommandDefinition | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, index) => operands[index] === word));
}

function nextWords(commands: readonly CommandDefinition[], operands: readonly string[]): readonly string[] {
  const next = commands.flatMap(({ name, hidden }) => {
    const words = name.split(' ');
    const fits = hidden !== true && operands.every((word, index) => words[index] === word);
    return fits ? (words[operands.length] ?? []) : [];
  });
  return [...new Set(next)];
}

function optionsOf(command: CommandDefinition | undefined): readonly OptionDefinition[] {
  return [...(command?.options ?? []), ...commonFlags, { flags: '--help', description: '' }];
}

function namesOf(flags: string): readonly string[] {
  return flags.match(/(?<![\w<-])--?[a-z][a-z-]*/gi) ?? [];
}

function takesValue({ flags }: OptionDefinition): boolean {
  return flags.includes('<');
}

/** The name under which an option's value is kept: `--etcd-ca <file>` → `etcdCa`. */
function optionKey(flags: string): string {
  const long = /--([a-z-]+)/.exec(flags)?.[1] ?? flags;
  return long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

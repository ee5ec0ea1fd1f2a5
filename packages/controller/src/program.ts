import { Command, CommanderError, Option } from 'commander';
import type { Call } from './call.ts';
import type { CommandDefinition, OptionDefinition } from './command-definition.ts';
import { commands, groups } from './commands/all-commands.ts';
import { exitCodes } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { commonFlags } from './options/common-flags.ts';
import { asksForJson, printFailure } from './output/failure.ts';
import type { World } from './world.ts';

/** What commander needs to print help and complaints. */
export type Display = Pick<World, 'out' | 'err' | 'env' | 'version'>;

/** Runs one command line; what commander answers itself (help, version, wrong use) has its exit code here. */
export async function runProgram(
  argv: readonly string[],
  display: Display,
  execute: (definition: CommandDefinition, call: Call) => Promise<ExitCode>,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const asJson = asksForJson(argv, display.env);
  const program = buildProgram(display, asJson, async (definition, call) => {
    code = await execute(definition, call);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  return code;
}

/** Commander's tree of every command. */
function buildProgram(
  display: Display,
  asJson: boolean,
  execute: (definition: CommandDefinition, call: Call) => Promise<void>,
): Command {
  const program = new Command('wayctl')
    .description('Writes the strategy of a Waystation fleet into etcd and shows what the fleet does.')
    .version(display.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureHelp({ helpWidth: display.out.columns })
    .configureOutput({
      writeOut: (text) => {
        display.out.write(text);
      },
      writeErr: (text) => {
        display.err.write(text);
      },
      outputError: (text) => {
        const message = text.replace(/^error: /, '').trimEnd();
        printFailure(display, { message, code: 'CONFIG_INVALID' }, asJson);
      },
    });
  for (const option of commonFlags) program.addOption(toOption(option, option));
  program.addHelpText(
    'after',
    '\nEach command has its own help, with examples: wayctl strategy apply --help',
  );
  const parents = new Map<string, Command>([['', program]]);
  for (const [name, summary] of Object.entries(groups)) {
    parents.set(name, program.command(name).description(summary));
  }
  for (const definition of commands) {
    const words = definition.name.split(' ');
    const parent = parents.get(words.slice(0, -1).join(' '));
    if (parent === undefined) throw new Error(`no group for the command ${definition.name}`);
    const command = parent.command(words.at(-1) ?? '', { hidden: definition.hidden ?? false });
    describe(command, definition);
    command.action(async () => {
      await execute(definition, {
        command: definition.name,
        arguments: command.processedArgs as Call['arguments'],
        flags: command.optsWithGlobals(),
      });
    });
  }
  return program;
}

function describe(command: Command, definition: CommandDefinition): void {
  const { summary, details, examples } = definition;
  command.summary(summary).description(details === undefined ? `${summary}.` : `${summary}.\n\n${details}`);
  for (const { name, description } of definition.arguments ?? []) command.argument(name, description);
  for (const option of definition.options ?? []) command.addOption(toOption(option));
  command.addHelpText(
    'after',
    `\nCommon options (etcd, environment, fleet, output): wayctl --help\n\nExamples:\n${examples
      .map((example) => `  ${example}\n`)
      .join('')}`,
  );
}

function toOption(
  { flags, description, values, repeatable }: OptionDefinition,
  names?: { readonly variable?: string; readonly contextKey?: string; readonly fallback?: string },
): Option {
  const facts = [
    ...(names?.variable === undefined ? [] : [`env ${names.variable}`]),
    ...(names?.fallback === undefined ? [] : [`default ${names.fallback}`]),
  ];
  const option = new Option(flags, facts.length === 0 ? description : `${description} (${facts.join(', ')})`);
  if (values !== undefined) option.choices([...values]);
  if (repeatable === true) {
    option.argParser((value, previous: readonly string[] | undefined) => [...(previous ?? []), value]);
  }
  return option;
}

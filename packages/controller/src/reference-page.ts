import type { CommandDefinition, OptionDefinition } from './command-definition.ts';
import { commands } from './commands/all-commands.ts';
import { exitCodeMeanings } from './exit-code.ts';
import { commonFlags } from './options/common-flags.ts';

/** `docs/reference/wayctl.md`, made of the command definitions: the page cannot say what wayctl does not do. */
export function referencePage(): string {
  const visible = commands.filter(({ hidden }) => hidden !== true);
  return [
    '# wayctl',
    '',
    '<!-- Generated from the command definitions by scripts/generators/wayctl.mjs; do not edit. -->',
    '',
    'Writes the strategy of a Waystation fleet into etcd and shows what the fleet does.',
    '',
    ...markdownTable(
      ['command', 'does'],
      visible.map(({ name, summary }) => [`[\`${name}\`](#wayctl-${name.replaceAll(' ', '-')})`, summary]),
    ),
    '',
    '## Common options',
    '',
    'Every command takes them, before or after its name. Where one is given in several ways, the first of these',
    'counts: flag, context named by `--context`, environment, context named by `WAYSTATION_CONTEXT` or by the',
    "context file's `current`, default.",
    '',
    ...markdownTable(
      ['flag', 'environment', 'context', 'default', ''],
      commonFlags.map(({ flags, variable, contextKey, fallback, description, values }) => [
        code(flags),
        code(variable),
        code(contextKey),
        code(fallback),
        values === undefined ? description : `${description}: ${values.join(', ')}`,
      ]),
    ),
    '',
    contexts,
    '## Exit codes',
    '',
    ...markdownTable(['code', 'meaning'], Object.entries(exitCodeMeanings)),
    '',
    output,
    ...visible.flatMap(commandSection),
  ].join('\n');
}

const contexts = `### Contexts

Who works with several fleets keeps them in \`~/.config/waystation/contexts.yaml\` (\`$XDG_CONFIG_HOME\` is obeyed):

\`\`\`yaml
current: staging
contexts:
  staging:
    env: staging
  prod:
    etcdEndpoints: [https://etcd-1:2379, https://etcd-2:2379, https://etcd-3:2379]
    etcdCa: /etc/waystation/ca.pem
    etcdUser: ops
    etcdPasswordFile: /run/secrets/etcd-password
    env: prod
\`\`\`

An unknown key is an error that names it. A password never stands in the file, only the path of one that holds it.
`;

const output = `## Output

Results go to stdout; warnings, questions, progress and errors to stderr. \`-o json\` and \`-o yaml\` print the whole
result as one document (commands that go on print one line of JSON, or one document of YAML, a result). Colours are
used only on a terminal, and never with \`NO_COLOR\`. Where nobody reads the output any more (\`| head\`), commands that
only show something end quietly with 0, and commands that change something finish first.

An error is a sentence and its [code](errors.md) in brackets. With \`-o json\` it is one line of JSON on stderr, after
warnings and progress: \`{"code":"STORE_UNAVAILABLE","message":"…"}\`; wrong use of flags is \`CONFIG_INVALID\`, and a
defect of wayctl has a \`stack\` in place of a code. The mistakes of an invalid strategy are told as sentences, and
with \`-o json\` or \`yaml\` as \`{"valid":false,"code":…,"mistakes":[…]}\` on stdout as well.

A command that changes something shows the difference and asks. Without a terminal it refuses to begin unless
\`--yes\` (or \`--dry-run\`) is given.
`;

function commandSection(definition: CommandDefinition): readonly string[] {
  const { name, summary, details, examples } = definition;
  const words = (definition.arguments ?? []).map(({ name: argument }) => argument);
  const options = definition.options ?? [];
  const usage = ['wayctl', name, ...words, ...(options.length === 0 ? [] : ['[options]'])].join(' ');
  return [
    `## wayctl ${name}`,
    '',
    `${summary}.${details === undefined ? '' : ` ${details}`}`,
    '',
    '```text',
    usage,
    '```',
    '',
    ...argumentTable(definition),
    ...(options.length === 0 ? [] : [...markdownTable(['option', ''], options.map(optionRow)), '']),
    '```sh',
    ...examples,
    '```',
    '',
  ];
}

function argumentTable({ arguments: definitions }: CommandDefinition): readonly string[] {
  if (definitions === undefined) return [];
  const rows = definitions.map(({ name, description }) => [code(name), description]);
  return [...markdownTable(['argument', ''], rows), ''];
}

function optionRow({ flags, description, values, repeatable }: OptionDefinition): readonly string[] {
  const facts = [
    ...(values === undefined ? [] : [values.join(', ')]),
    ...(repeatable === true ? ['may be repeated'] : []),
  ];
  return [code(flags), facts.length === 0 ? description : `${description} (${facts.join('; ')})`];
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}

/** A table of Markdown; bars inside cells are escaped. The generator has prettier align it. */
function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)];
}

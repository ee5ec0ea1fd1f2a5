import { describeIssue } from '@waystation/config';
import { WaystationError } from '@waystation/core';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import type { CurrentStrategy } from '../fleet/strategy-repository.ts';
import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';
import { printable } from '../output/printable.ts';
import { checkText } from '../strategy/check-strategy.ts';
import type { Mistake, ValidStrategy } from '../strategy/check-strategy.ts';
import { withNotes, withoutNotes } from '../strategy/editing-text.ts';
import { storedDocument } from '../strategy/stored-document.ts';
import { changeOptions, changeStrategy } from '../workflow/change-strategy.ts';
import { demandAnswerable } from '../workflow/confirm.ts';
import { requireCurrent } from '../workflow/current-strategy.ts';

const draftName = 'strategy.yaml';

/** `wayctl strategy edit`. */
export const strategyEdit: CommandDefinition = {
  name: 'strategy edit',
  summary: 'Edit the strategy in an editor',
  details:
    'Opens the strategy as YAML in $VISUAL or $EDITOR (else vi). On a mistake it opens again with the mistakes on top. Whatever ends the edit without the change being made (a conflict, ctrl-C, a lost store, an answer of no), what was typed stays in a file whose path is printed.',
  options: changeOptions,
  examples: [
    'wayctl strategy edit --reason "raise the share of Singapore"',
    'EDITOR="code --wait" wayctl --env staging strategy edit',
  ],
  async run(invocation) {
    demandAnswerable(invocation);
    const editor = chooseEditor(invocation);
    const current = await requireCurrent(invocation);
    const draft = await Draft.begin(invocation, current);
    try {
      const code = await editAndChange(invocation, editor, draft, current);
      if (code === exitCodes.done || code === exitCodes.notAcknowledged) draft.obsolete = true;
      return code;
    } finally {
      await draft.end(invocation);
    }
  },
};

async function editAndChange(
  invocation: Invocation,
  editor: string,
  draft: Draft,
  current: CurrentStrategy,
): Promise<ExitCode> {
  const next = await edit(invocation, editor, draft);
  return typeof next === 'number' ? next : changeStrategy(invocation, { current, next });
}

/** Opens the editor until the document is valid; an exit code where the edit was given up. */
async function edit(invocation: Invocation, editor: string, draft: Draft): Promise<ValidStrategy | ExitCode> {
  for (;;) {
    const before = await draft.read();
    const result = await invocation.world.edit(editor, draft.file);
    if (result.kind === 'failed') throw usage(`the editor "${editor}" failed: ${result.reason}`);
    if (result.kind === 'interrupted') return exitCodes.interrupted;
    invocation.world.interrupted.throwIfAborted();
    const after = await draft.read();
    if (withoutNotes(after).trim() === '') {
      invocation.say('the document is empty: the edit is given up');
      return exitCodes.failure;
    }
    const checked = checkText(after, draftName);
    const untouched = withoutNotes(after) === withoutNotes(before);
    if (checked.valid) return checked;
    for (const mistake of checked.mistakes) invocation.fail(describeIssue(draftName, mistake));
    if (untouched) {
      invocation.say('closed without a change: the edit is given up');
      return exitCodes.invalidStrategy;
    }
    await draft.write(withMistakes(after, checked.mistakes));
  }
}

/** The document with its mistakes on top, their lines told as the editor will show them. */
function withMistakes(text: string, mistakes: readonly Mistake[]): string {
  const head = 'This strategy has mistakes. Mend them, or close without a change to give up.';
  // As many lines as the notes will take, so that a second check tells the lines below them right.
  const shifted = withNotes(text, [head, ...mistakes.map(() => '')]);
  const checked = checkText(shifted, draftName);
  return withNotes(text, [
    head,
    ...(checked.valid ? mistakes : checked.mistakes).map((mistake) =>
      printable(describeIssue(draftName, mistake)),
    ),
  ]);
}

/** The file that is edited. It outlives the command unless its content has become the strategy. */
class Draft {
  readonly #folder: string;
  readonly file: string;
  readonly #original: string;
  /** The change was made, or nothing was typed: the file has served. */
  obsolete = false;

  private constructor(folder: string, original: string) {
    this.#folder = folder;
    this.file = join(folder, draftName);
    this.#original = original;
  }

  static async begin(invocation: Invocation, current: CurrentStrategy): Promise<Draft> {
    const { env, fleet } = (await invocation.common()).connection;
    const folder = await mkdtemp(join(invocation.world.tempDir, 'wayctl-edit-'));
    const document = storedDocument(current.text);
    // What somebody broke by hand is mended in its own words.
    const text = withNotes(typeof document === 'string' ? document : stringify(document), [
      `The strategy of ${env}/${fleet} at revision ${current.revision}. Lines that begin with #! are taken off.`,
    ]);
    const draft = new Draft(folder, text);
    await draft.write(text);
    return draft;
  }

  async read(): Promise<string> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (cause) {
      throw new WaystationError('CONFIG_INVALID', `cannot read ${this.file} after the edit`, { cause });
    }
  }

  async write(text: string): Promise<void> {
    await writeFile(this.file, text, { mode: 0o600 });
  }

  async end(invocation: Invocation): Promise<void> {
    const text = await readFile(this.file, 'utf8').catch(() => undefined);
    const typed = text !== undefined && withoutNotes(text) !== withoutNotes(this.#original);
    if (typed && !this.obsolete) {
      invocation.say(`what you typed is kept in ${this.file}`);
      invocation.say(`apply it with: wayctl strategy apply -f ${this.file}`);
    } else {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }
}

function chooseEditor({ world }: Invocation): string {
  for (const name of ['VISUAL', 'EDITOR']) {
    const editor = world.env[name];
    if (editor !== undefined && editor.trim() !== '') return editor;
  }
  return 'vi';
}

import { usage, readInteger } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';
import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { checkDocument, checkText } from '../strategy/check-strategy.ts';
import type { CheckedStrategy } from '../strategy/check-strategy.ts';
import { describeChanges } from '../strategy/describe-changes.ts';
import { requireHistory } from '../workflow/require-history.ts';
import { requireCurrent } from '../workflow/current-strategy.ts';
import { rejectStrategy } from '../workflow/reject-strategy.ts';
import { fileOption, readSource } from '../workflow/source.ts';

/** `wayctl strategy diff`. */
export const strategyDiff: CommandDefinition = {
  name: 'strategy diff',
  summary: 'Show how two strategies differ',
  details:
    'From the strategy in etcd, or history entry FROM, to the file, or history entry TO, or the strategy in etcd. The differences are those of meaning: order of keys, comments and spelled-out defaults do not count.',
  arguments: [
    { name: '[FROM]', description: 'number of a history entry; default: the strategy in etcd' },
    { name: '[TO]', description: 'number of a history entry' },
  ],
  options: [fileOption, { flags: '--exit-code', description: 'exit code 8 where they differ' }],
  examples: [
    'wayctl strategy diff -f strategy.yaml',
    'wayctl strategy diff 12',
    'wayctl strategy diff 12 14',
    'wayctl strategy diff -f strategy.yaml --exit-code || echo drift',
  ],
  async run(invocation) {
    const [from, to] = [await readFrom(invocation), await readTo(invocation)];
    for (const side of [from, to]) {
      if (!side.checked.valid) return rejectStrategy(invocation, side.name, side.checked);
    }
    if (!from.checked.valid || !to.checked.valid) throw new Error('unreachable');
    const changes = describeChanges(from.checked, to.checked);
    const different = changes.length > 0;
    await invocation.emit({ from: from.name, to: to.name, different, changes }, (colours) =>
      different
        ? changes
            .map((change) =>
              change.startsWith('+')
                ? `${colours.green(change)}\n`
                : `${change.startsWith('-') ? colours.red(change) : colours.yellow(change)}\n`,
            )
            .join('')
        : `${from.name} and ${to.name} are the same\n`,
    );
    return different && invocation.flag('exitCode') ? exitCodes.different : exitCodes.done;
  },
};

interface Side {
  readonly name: string;
  readonly checked: CheckedStrategy;
}

async function readFrom(invocation: Invocation): Promise<Side> {
  const seq = invocation.argument(0);
  return seq === undefined ? readStored(invocation) : readEntry(invocation, 'FROM', seq);
}

async function readTo(invocation: Invocation): Promise<Side> {
  const source = await readSource(invocation);
  const seq = invocation.argument(1);
  if (source !== undefined) {
    if (seq !== undefined) throw usage('"strategy diff" compares with -f FILE or with TO, not with both');
    return { name: source.name, checked: checkText(source.text, source.name) };
  }
  if (seq !== undefined) return readEntry(invocation, 'TO', seq);
  if (invocation.argument(0) !== undefined) return readStored(invocation);
  throw usage('"strategy diff" needs something to compare with: -f FILE, or the number of a history entry');
}

async function readStored(invocation: Invocation): Promise<Side> {
  const current = await requireCurrent(invocation);
  return {
    name: `revision ${current.revision}`,
    checked: checkText(current.text, `revision ${current.revision}`),
  };
}

async function readEntry(invocation: Invocation, argument: string, seq: string): Promise<Side> {
  const entry = await requireHistory(invocation, readInteger(argument, seq, 1));
  return { name: `history ${entry.seq}`, checked: checkDocument(entry.document) };
}

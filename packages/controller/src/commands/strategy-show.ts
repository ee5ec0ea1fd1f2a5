import { stringify } from 'yaml';
import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { readInteger } from '../invocation.ts';
import { printable } from '../output/printable.ts';
import { requireHistory } from '../workflow/require-history.ts';

/** `wayctl strategy show`. */
export const strategyShow: CommandDefinition = {
  name: 'strategy show',
  summary: 'Print a strategy that was',
  details:
    'Prints it as YAML under a comment that says who, when and why; with -o json or yaml the whole history entry.',
  arguments: [{ name: '<SEQ>', description: 'number of the history entry' }],
  examples: ['wayctl strategy show 12', 'wayctl strategy show 12 -o json | jq .document'],
  async run(invocation) {
    const entry = await requireHistory(invocation, readInteger('SEQ', invocation.required(0), 1));
    await invocation.emit(entry, (colours) => {
      const { seq, at, by, action, reason } = entry;
      const head = `# history ${seq}: ${action} by ${by} at ${at}${reason === undefined ? '' : `: ${reason}`}`;
      return `${colours.dim(printable(head))}\n${stringify(entry.document)}`;
    });
    return exitCodes.done;
  },
};

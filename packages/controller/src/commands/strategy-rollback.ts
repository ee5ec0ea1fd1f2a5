import type { CommandDefinition } from '../command-definition.ts';
import { readInteger } from '../invocation.ts';
import { checkDocument } from '../strategy/check-strategy.ts';
import { changeOptions, changeStrategy } from '../workflow/change-strategy.ts';
import { rejectStrategy } from '../workflow/reject-strategy.ts';
import { requireHistory } from '../workflow/require-history.ts';

/** `wayctl strategy rollback`. */
export const strategyRollback: CommandDefinition = {
  name: 'strategy rollback',
  summary: 'Make a strategy that was the strategy again',
  details:
    'A rollback is a change like any other: a new revision and a new history entry; nothing is erased.',
  arguments: [{ name: '<SEQ>', description: 'number of the history entry to go back to' }],
  options: changeOptions,
  examples: [
    'wayctl strategy rollback 12 --reason "the new weights overload Singapore"',
    'wayctl strategy rollback 12 --yes --wait',
  ],
  async run(invocation) {
    const seq = readInteger('SEQ', invocation.required(0), 1);
    const entry = await requireHistory(invocation, seq);
    const next = checkDocument(entry.document);
    if (!next.valid) return rejectStrategy(invocation, `history ${seq}`, next);
    const repository = await invocation.repository();
    const current = await repository.read({ signal: invocation.world.interrupted });
    return changeStrategy(invocation, { current, next });
  },
};

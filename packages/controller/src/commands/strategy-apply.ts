import type { CommandDefinition } from '../command-definition.ts';
import { usage } from '../invocation.ts';
import { checkText } from '../strategy/check-strategy.ts';
import { changeOptions, changeStrategy } from '../workflow/change-strategy.ts';
import { rejectStrategy } from '../workflow/reject-strategy.ts';
import { fileOption, requireSource } from '../workflow/source.ts';

/** `wayctl strategy apply`. */
export const strategyApply: CommandDefinition = {
  name: 'strategy apply',
  summary: 'Write a strategy file into etcd',
  details:
    'Checks it, shows what changes, asks, and writes strategy, history and event in one transaction. A change that somebody else made meanwhile is never overwritten: exit code 4. Applying what stands there already changes nothing.',
  options: [fileOption, ...changeOptions],
  examples: [
    'wayctl strategy apply -f strategy.yaml --reason "move OTP to Singapore"',
    'wayctl strategy apply -f strategy.yaml --dry-run',
    'wayctl strategy apply -f strategy.yaml --yes --if-revision 42 --wait --timeout 2m',
  ],
  async run(invocation) {
    if (invocation.text('file') === '-' && !invocation.flag('yes') && !invocation.flag('dryRun')) {
      throw usage('-f - takes standard input for the strategy, so nothing is left to answer on: say --yes');
    }
    const source = await requireSource(invocation);
    const next = checkText(source.text, source.name);
    if (!next.valid) return rejectStrategy(invocation, source.name, next);
    const repository = await invocation.repository();
    const current = await repository.read({ signal: invocation.world.interrupted });
    return changeStrategy(invocation, { current, next });
  },
};

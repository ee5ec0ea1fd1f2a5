import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';

/**
 * Refuses what would have to ask where nobody can answer: before anything is typed or read, so that nothing is
 * done in vain.
 */
export function demandAnswerable(invocation: Invocation): void {
  if (invocation.flag('yes') || invocation.flag('dryRun') || invocation.world.input.isTerminal) return;
  throw usage(
    `"${invocation.command}" asks before it changes anything, and there is no terminal to ask on: say --yes, or --dry-run to see the change only`,
  );
}

/** Asks on the terminal, unless `--yes` was said. Nothing but `y` or `yes` is a yes. */
export async function confirm(invocation: Invocation, question: string): Promise<boolean> {
  if (invocation.flag('yes')) return true;
  demandAnswerable(invocation);
  const { input, interrupted } = invocation.world;
  const answer = await input.readLine(`${question} [y/N] `, interrupted);
  return /^\s*y(es)?\s*$/i.test(answer ?? '');
}

import { describeIssue } from '@waystation/config';
import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Invocation } from '../invocation.ts';
import type { InvalidStrategy } from '../strategy/check-strategy.ts';

/** Prints every mistake of a strategy, one a line; machines get them on stdout as well. */
export async function rejectStrategy(
  invocation: Invocation,
  name: string,
  { code, mistakes }: InvalidStrategy,
): Promise<ExitCode> {
  for (const mistake of mistakes) invocation.fail(describeIssue(name, mistake));
  const { output } = await invocation.common();
  if (output !== 'table') await invocation.emit({ valid: false, code, mistakes }, () => '');
  return exitCodes.invalidStrategy;
}

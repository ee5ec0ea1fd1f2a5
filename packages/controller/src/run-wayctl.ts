import { isWaystationError } from '@waystation/core';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { Invocation } from './invocation.ts';
import { asksForJson, printFailure } from './output/failure.ts';
import type { Failure } from './output/failure.ts';
import { runProgram } from './program.ts';
import type { World } from './world.ts';

/** Runs one command line in a world, says what went wrong, and returns the exit code. */
export function runWayctl(argv: readonly string[], world: World): Promise<ExitCode> {
  return runProgram(argv, world, async (definition, call) => {
    const invocation = new Invocation(world, call);
    try {
      return await definition.run(invocation);
    } catch (error) {
      if (world.interrupted.aborted) {
        world.err.write('interrupted\n');
        return world.interrupted.reason === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
      }
      const asJson = await invocation.common().then(
        ({ output }) => output === 'json',
        () => asksForJson(argv, world.env),
      );
      printFailure(world, toFailure(error), asJson);
      return exitCodeOf(error);
    } finally {
      await invocation.close().catch(() => undefined);
    }
  });
}

function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  if (isWaystationError(error)) return { message, code: error.code };
  return stack === undefined ? { message } : { message, stack };
}

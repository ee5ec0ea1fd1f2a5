import { isWaystationError } from '@waystation/core';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { Invocation } from './invocation.ts';
import { coloursFor } from './output/colours.ts';
import { printable } from './output/printable.ts';
import { runProgram } from './program.ts';
import type { World } from './world.ts';

/** Runs one command line in a world, prints what went wrong as one sentence, and returns the exit code. */
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
      printFailure(world, error);
      return exitCodeOf(error);
    } finally {
      await invocation.close().catch(() => undefined);
    }
  });
}

function printFailure(world: World, error: unknown): void {
  const colours = coloursFor(world.err.isTerminal, world.env);
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split('\n').map(printable).join('\n');
  const code = isWaystationError(error) ? ` [${error.code}]` : '';
  world.err.write(`${colours.red('error:')} ${lines}${colours.dim(code)}\n`);
  // A failure without a code is a fault of this program: whoever reports it needs to say where.
  if (!isWaystationError(error) && error instanceof Error && error.stack !== undefined) {
    world.err.write(`${error.stack}\n`);
  }
}

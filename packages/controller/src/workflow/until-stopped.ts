import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Invocation } from '../invocation.ts';

/** Runs what goes on until ctrl-C, or until nobody reads the output any more (`| head`): both are a good end. */
export async function untilStopped(
  { world }: Invocation,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<ExitCode> {
  const signal = AbortSignal.any([world.interrupted, world.out.closed]);
  try {
    await run(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return exitCodes.done;
}

import { binOf } from './executables.ts';
import { Process } from './process.ts';

/** How one run of wayctl ended. */
export interface WayctlRun {
  readonly code: number | null;
  /** Both streams, in the order of their lines. */
  readonly output: string;
}

/** Runs wayctl with an environment of its own and never a terminal. */
export async function runWayctl(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<WayctlRun> {
  const process = new Process({ name: `wayctl ${args.join(' ')}`, args: [binOf('wayctl'), ...args], env });
  const timer = setTimeout(() => {
    process.signal('SIGKILL');
  }, 90_000);
  const { code } = await process.exited;
  clearTimeout(timer);
  return { code, output: process.lines.join('\n') };
}

import type { AgentLogger } from './log/logger.ts';

/** What is started once and stopped once. */
export interface Runnable {
  start(): Promise<unknown>;
  stop(): Promise<void>;
}

/** The process around it. */
export interface RunSurroundings {
  /** Calls back at every SIGTERM, SIGINT and SIGHUP. */
  readonly onSignal: (listener: (signal: string, number: number) => void) => void;
  readonly exit: (code: number) => never;
  readonly log: AgentLogger;
}

/** Signals that end the agent, with their numbers. */
export const stopSignals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** How long closing what is left may take after requests under way have had their time. */
const closingMs = 10_000;

/**
 * Starts, and stops at the first signal: exit 0. A second signal ends the process at once, and so does a stop that
 * takes longer than it may. Rejects where the start fails.
 */
export async function runUntilSignal(
  runnable: Runnable,
  { onSignal, exit, log }: RunSurroundings,
  { stopTimeoutMs }: { readonly stopTimeoutMs: number },
): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    let signals = 0;
    onSignal((signal, number) => {
      signals += 1;
      log.info({ signal }, signals === 1 ? 'stopping' : 'stopping at once');
      if (signals > 1) exit(128 + number);
      resolve();
    });
  });
  await runnable.start();
  await asked;
  const overdue = setTimeout(() => {
    log.error('the agent did not stop in time');
    exit(1);
  }, stopTimeoutMs + closingMs);
  await runnable.stop();
  clearTimeout(overdue);
  exit(0);
}

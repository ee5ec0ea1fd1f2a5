import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator } from '@waystation/simulator';
import type { Simulator } from '@waystation/simulator';
import { Journal } from '../../journal/journal.ts';
import { realClock, silentLog } from '../send-fixture.ts';
import { matrixCases } from './matrix-case.ts';
import type { MatrixCase } from './matrix-case.ts';
import { aftermathMs, phonesOf, runCase } from './run-case.ts';
import type { Seen, Stage } from './run-case.ts';

/** What a case came to. */
export interface CaseResult {
  readonly of: MatrixCase;
  /** One call; with a key, two; what became of a message that was kept, last. */
  readonly seen: readonly Seen[];
  /** Texts on phones after everything was over; of a batch, how often all its numbers got theirs. */
  readonly texts: number;
}

/** Kinds of faults that let a caller wait, and so may be many at once. */
const silent: ReadonlySet<MatrixCase['row']['fault']['kind']> = new Set([
  'blackhole',
  'slow',
  'hang',
  'stall',
]);
const atOnce = { silent: 80, prompt: 6 } as const;
/** Runs cases of the matrix against the simulator, each with a sending half of its own; all of them unless told. */
export async function runMatrix(
  cases: readonly MatrixCase[] = matrixCases,
  onCase: (done: number) => void = () => undefined,
): Promise<readonly CaseResult[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waystation-matrix-'));
  const simulator = await startSimulator({
    config: { regions: regionsOf(), records: { appearAfterMs: 100 } },
  });
  const journal = new Journal(
    { clock: realClock, log: silentLog },
    { dataDir, maxBytes: 100_000_000, retentionMs: 3_600_000 },
  );
  try {
    await journal.start();
    await setListenerFaults(simulator);
    const stage = { simulator, journal };
    await warmUp(stage);
    const seen = new Map<MatrixCase, readonly Seen[]>();
    const run = async (of: MatrixCase): Promise<void> => {
      seen.set(of, await runCase(of, stage, outIdOf(cases.indexOf(of))));
      onCase(seen.size);
    };
    const isSilent = ({ row, form, onUnknownOutcome }: MatrixCase): boolean =>
      silent.has(row.fault.kind) || onUnknownOutcome === 'reconcile' || form === 'kept';
    await inTurn(cases.filter(isSilent), atOnce.silent, run);
    await inTurn(
      cases.filter((of) => !isSilent(of)),
      atOnce.prompt,
      run,
    );
    await delay(aftermathMs);
    return cases.map((of, at) => {
      const texts = simulator.texts({ outId: outIdOf(at) }).length / phonesOf(of, outIdOf(at)).length;
      return { of, seen: seen.get(of) ?? [], texts };
    });
  } finally {
    await journal.stop();
    await simulator.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A pair of regions for requests that fail, and one for each fault of a listener. */
function regionsOf() {
  const pair = (name: string, tls = false) =>
    [`${name}-a`, `${name}-b`].map((one) => [one, { tls }] as const);
  const pairs = [...pair('well'), ...pair('refuse'), ...pair('blackhole'), ...pair('tls-failure', true)];
  return Object.fromEntries([...pairs, ['calm', { tls: false }]]);
}

async function setListenerFaults(simulator: Simulator): Promise<void> {
  for (const kind of ['refuse', 'blackhole', 'tls-failure'] as const) {
    for (const side of ['a', 'b']) await simulator.setFault({ kind, region: `${kind}-${side}` });
  }
}

/** What is done for the first time takes longer than the same thing later. */
async function warmUp({ simulator, journal }: Stage): Promise<void> {
  await journal.opened();
  for (const of of matrixCases.filter(({ row }) => row.fault.kind === 'throttle').slice(0, 8)) {
    await runCase(of, { simulator, journal }, 'warm-up');
  }
}

function outIdOf(index: number): string {
  return `case-${String(index)}`;
}

/** Does something with each, some at once; one begins after the other, and fewer are under way on a busy machine. */
async function inTurn<T>(
  all: readonly T[],
  atOnceMost: number,
  run: (one: T) => Promise<void>,
): Promise<void> {
  const rest = [...all];
  let begun: Promise<void> = Promise.resolve();
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      begun = begun.then(calm);
      await begun;
      await run(one);
    }
  };
  await Promise.all(Array.from({ length: atOnceMost }, worker));
}

/** A timer that is late by more says that this process has more to do than it can. */
const lateMs = 50;
const lookMs = 10;
const mostLooks = 6;

/** Waits until this process is not behind with what it does, or for a while. */
async function calm(): Promise<void> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const startedAt = performance.now();
    await delay(lookMs);
    if (performance.now() - startedAt < lookMs + lateMs) return;
  }
}

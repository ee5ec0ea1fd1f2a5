import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator } from '@waystation/simulator';
import type { FaultSpecInput, Simulator } from '@waystation/simulator';
import { sendAnswer } from '../../http/send-answer.ts';
import { Journal } from '../../journal/journal.ts';
import { JournalledSender } from '../../journal/journalled-sender.ts';
import type { SendResult } from '../../send/send-result.ts';
import { messageTo, openTestSending, realClock, silentLog, snapshotOf } from '../send-fixture.ts';
import { caseStrategy, matrixCases, matrixTimeouts } from './matrix-case.ts';
import type { MatrixCase } from './matrix-case.ts';

/** One call of a case's caller, as it saw it. */
export interface Seen {
  readonly status: number;
  readonly code: string;
  readonly ms: number;
  readonly result: SendResult;
}

/** What a case came to. */
export interface CaseResult {
  readonly of: MatrixCase;
  /** One call; with a key, two. */
  readonly seen: readonly Seen[];
  /** Texts on phones after everything was over. */
  readonly texts: number;
}

/** Kinds of faults that let a caller wait, and so may be many at once. */
const silent: ReadonlySet<FaultSpecInput['kind']> = new Set(['blackhole', 'slow', 'hang', 'stall']);
const atOnce = { silent: 80, prompt: 6 } as const;
/** Until what was outstanding at the last answer is over. */
const aftermathMs = 5000;

interface Stage {
  readonly simulator: Simulator;
  readonly journal: Journal;
}

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
    const isSilent = ({ row, onUnknownOutcome }: MatrixCase): boolean =>
      silent.has(row.fault.kind) || onUnknownOutcome === 'reconcile';
    await inTurn(cases.filter(isSilent), atOnce.silent, run);
    await inTurn(
      cases.filter((of) => !isSilent(of)),
      atOnce.prompt,
      run,
    );
    await delay(aftermathMs);
    return cases.map((of, at) => {
      const texts = simulator.texts({ outId: outIdOf(at) }).length;
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

async function runCase(
  of: MatrixCase,
  { simulator, journal }: Stage,
  outId: string,
): Promise<readonly Seen[]> {
  const { fault } = of.row;
  const ofListener = fault.kind === 'refuse' || fault.kind === 'blackhole' || fault.kind === 'tls-failure';
  const name = ofListener ? fault.kind : 'well';
  const urlOf = (region: string): string => simulator.regions[region] ?? '';
  const endpoints = {
    a: urlOf(`${name}-a`),
    b: of.place === 'both' ? urlOf(`${name}-b`) : urlOf('calm'),
  };
  // A fault of requests knows its case by the OutId, so that cases share regions.
  const faults = ofListener
    ? []
    : (of.place === 'both' ? ['well-a', 'well-b'] : ['well-a']).map((region) => ({
        ...fault,
        region,
        match: { outId },
      }));
  const ids = await Promise.all(faults.map((each) => simulator.setFault(each)));
  const ca = Object.values(simulator.certificates).join('\n');
  const sending = await openTestSending({ channels: { connections: { ca } } }, { random: () => 0 });
  try {
    const snapshot = snapshotOf(caseStrategy(of, endpoints));
    sending.apply(snapshot);
    const sender = new JournalledSender({
      sender: sending,
      journal,
      clock: realClock,
      strategy: () => snapshot.strategy,
    });
    const call = async (): Promise<Seen> => {
      const startedAt = performance.now();
      const options = of.keyed ? { idempotencyKey: outId } : {};
      const result = await sender.send(messageTo(numberOf(outId), { outId }), options);
      return { ...shownOf(result), ms: performance.now() - startedAt, result };
    };
    const seen = [await call()];
    // Who has a key comes again with it, whatever was said.
    if (of.keyed) seen.push(await call());
    await sender.settled();
    return seen;
  } finally {
    void sending.stop(matrixTimeouts.readMs + aftermathMs);
    void Promise.all(ids.map(async (id) => delay(aftermathMs).then(() => simulator.clearFault(id))));
  }
}

/** What is done for the first time takes longer than the same thing later. */
async function warmUp({ simulator, journal }: Stage): Promise<void> {
  await journal.opened();
  for (const of of matrixCases.filter(({ row }) => row.fault.kind === 'throttle').slice(0, 8)) {
    await runCase(of, { simulator, journal }, 'warm-up');
  }
}

/** What the native API answers. */
function shownOf(result: SendResult): { readonly status: number; readonly code: string } {
  const { status, body } = sendAnswer(result);
  const { code } = JSON.parse(body) as { code: string };
  return { status, code };
}

function outIdOf(index: number): string {
  return `case-${String(index)}`;
}

/** A phone of its own for each case, so that none reads the records of the others. */
function numberOf(outId: string): string {
  const index = Number(outId.replace(/\D/g, ''));
  return `138${String(index).padStart(8, '0')}`;
}

/** Does something with each, some at once. */
async function inTurn<T>(
  all: readonly T[],
  atOnceMost: number,
  run: (one: T) => Promise<void>,
): Promise<void> {
  const rest = [...all];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: atOnceMost }, worker));
}

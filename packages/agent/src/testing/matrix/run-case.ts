import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@waystation/core';
import type { Simulator } from '@waystation/simulator';
import { Deliveries } from '../../deliver/deliveries.ts';
import { sendAnswer } from '../../http/send-answer.ts';
import type { Journal } from '../../journal/journal.ts';
import { JournalledSender } from '../../journal/journalled-sender.ts';
import type { SendResult } from '../../send/send-result.ts';
import type { SendSide } from '../../status/send-side.ts';
import { messageTo, openTestSending, realClock, silentLog, snapshotOf } from '../send-fixture.ts';
import { caseStrategy, matrixTimeouts } from './matrix-case.ts';
import type { MatrixCase } from './matrix-case.ts';

/** One call of a case's caller, as it saw it. */
export interface Seen {
  readonly status: number;
  readonly code: string;
  readonly ms: number;
  readonly result: SendResult;
}

/** What cases run on. */
export interface Stage {
  readonly simulator: Simulator;
  readonly journal: Journal;
}

/** A message that is kept expires so long after its call, but for the time in which no attempt begins any more. */
const deliverInMs = 8000;
/** Until what was outstanding at the last answer is over. */
export const aftermathMs = 5000;

/** Runs one case, with a sending half of its own. */
export async function runCase(
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
  const faults =
    ofListener || fault.kind === 'over-limit'
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
    const deliveries = deliveriesBy(sending, journal);
    deliveries.start();
    const sender = new JournalledSender({
      ...{ sender: sending, journal, deliveries },
      clock: realClock,
      strategy: () => snapshot.strategy,
    });
    if (fault.kind === 'over-limit') await useUp(sending, of);
    const call = async (): Promise<Seen> => {
      const startedAt = performance.now();
      const options = {
        ...(of.keyed && { idempotencyKey: outId }),
        ...(of.form === 'kept' && { deliverBy: Date.now() + deliverInMs }),
      };
      const result = await sender.send(messageOf(of, outId), options);
      return { ...shownOf(result), ms: performance.now() - startedAt, result };
    };
    const seen = [await call()];
    // Who has a key comes again with it, whatever was said; of what waits one asks what became of it.
    if (of.keyed && seen[0]?.result.kind !== 'pending') seen.push(await call());
    const last = seen.at(-1)?.result;
    if (last?.kind === 'pending') {
      await Promise.all(ids.map((id) => simulator.clearFault(id)));
      seen.push(await endOf(sender, last));
    }
    await sender.settled();
    await deliveries.stop();
    return seen;
  } finally {
    void sending.stop(matrixTimeouts.readMs + aftermathMs);
    void Promise.all(ids.map(async (id) => delay(aftermathMs).then(() => simulator.clearFault(id))));
  }
}

function deliveriesBy(sending: SendSide, journal: Journal): Deliveries {
  return new Deliveries({
    ...{ journal, clock: realClock, log: silentLog },
    sender: sending,
    random: () => 0,
    paceOf: (message, route) => sending.paceOf(message, route),
    totalMs: () => matrixTimeouts.totalMs,
  });
}

/** Sends one message by each channel that is to be over its limit. */
async function useUp(sending: SendSide, { place }: MatrixCase): Promise<void> {
  for (let spent = 0; spent < (place === 'both' ? 2 : 1); spent += 1) {
    await sending.send(messageTo('13900139000', { outId: 'spent' }), {});
  }
}

/** What became of a message that was kept: whoever sent it can ask for it by its id. */
async function endOf(sender: JournalledSender, { id, revision }: SendResult): Promise<Seen> {
  const startedAt = performance.now();
  const waits: ReadonlySet<SendResult['kind']> = new Set(['pending', 'in-progress']);
  const find = () => sender.find(id);
  let result = await find();
  while (result !== undefined && waits.has(result.kind) && performance.now() - startedAt < 4 * deliverInMs) {
    await delay(100);
    result = await find();
  }
  const lost: SendResult = { kind: 'in-progress', id, revision, attempts: [], reason: 'nobody knows of it' };
  return { ...shownOf(result ?? lost), ms: 0, result: result ?? lost };
}

/** What the native API answers. */
function shownOf(result: SendResult): { readonly status: number; readonly code: string } {
  const { status, body } = sendAnswer(result);
  const { code } = JSON.parse(body) as { code: string };
  return { status, code };
}

/** Phones of its own for each case, so that none reads the records of the others. */
export function phonesOf({ form }: Pick<MatrixCase, 'form'>, outId: string): readonly string[] {
  const index = Number(outId.replace(/\D/g, ''));
  const ranges = form === 'batch' ? ['138', '137', '136'] : ['138'];
  return ranges.map((range) => `${range}${String(index).padStart(8, '0')}`);
}

function messageOf(of: MatrixCase, outId: string): Message {
  const message = messageTo(phonesOf(of, outId).join(','), { outId });
  if (of.form !== 'batch') return message;
  const { signName } = message;
  const texts = message.phoneNumbers.map((_, at) => ({
    signName,
    templateParam: { code: String(4071 + at) },
  }));
  return { ...message, batch: { texts } };
}

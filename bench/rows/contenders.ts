import type { WrkLoad } from '../load/wrk.ts';
import type { Contender } from '../measure/rounds.ts';
import { sampleOf } from '../measure/sample.ts';
import type { Sample } from '../measure/sample.ts';
import type { BenchProcess } from '../process/bench-process.ts';
import type { LoadOrder } from '../load/load-order.ts';
import type { Application, Stage } from '../stage/stage.ts';

/** As readers know the relay that does nothing but what any agent in Node must. */
export const leastName = 'least that Node can: node:http, a signature, undici';

/** A server under wrk: 64 at a time unless told otherwise. */
export function underWrk(
  stage: Stage,
  name: string,
  subject: { readonly process: BenchProcess; readonly url: string },
  load: Partial<WrkLoad> = {},
): Contender<Sample> {
  const { warmUpSeconds } = stage.world.scale;
  const send = (seconds?: number) =>
    stage.wrk(subject.url, { ...load, ...(seconds !== undefined && { seconds }) });
  return {
    name,
    ...(warmUpSeconds > 0 && { warmUp: () => send(warmUpSeconds) }),
    measure: () => sampleOf(stage.world.cores, subject.process, send),
  };
}

/** What an application sends, and how its cost is counted: to `subject`, by default itself. */
export function byApplication(
  stage: Stage,
  name: string,
  application: Application,
  order: Omit<LoadOrder & { kind: 'closed' }, 'seconds'> | Omit<LoadOrder & { kind: 'open' }, 'seconds'>,
  subject: BenchProcess = application.process,
): Contender<Sample> {
  const { seconds, warmUpSeconds, rateShare } = stage.world.scale;
  const scaled = order.kind === 'open' ? { ...order, ratePerSecond: order.ratePerSecond * rateShare } : order;
  const send = (duration: number) => application.send({ ...scaled, seconds: duration });
  return {
    name,
    ...(warmUpSeconds > 0 && { warmUp: () => send(warmUpSeconds) }),
    measure: () => sampleOf(stage.world.cores, subject, () => send(seconds)),
  };
}

import type { FloodResult } from '../load/flood.ts';
import { busyShare, readCoreTimes } from '../machine/core-time.ts';
import { cpuSeconds } from '../machine/cpu-time.ts';
import { residentMegabytes } from '../machine/resident-memory.ts';
import { perSecond } from '../measure/load-result.ts';
import type { AgentProcess } from '../stage/agent-process.ts';
import type { Stage } from '../stage/stage.ts';

/** What came of an agent that was asked for three times what it can do. */
export interface Flooded {
  /** Sends a second in a closed loop, right before. */
  readonly capacity: number;
  readonly megabytesBefore: number;
  readonly during: FloodResult;
  /** CPU seconds that the agent used in each second of the flood; NaN where the kernel does not tell. */
  readonly cpuDuring: number;
  /** How busy the cores of everything else were meanwhile, 0–1; NaN where nothing is pinned. */
  readonly restBusy: number;
  readonly megabytes: number;
  /** A third of the capacity, right after. */
  readonly after: FloodResult;
}

/**
 * Floods an agent round by round, after a round that warms both up; `atOnce` is how many sends at a time show what it
 * can do.
 */
export async function flooded(
  stage: Stage,
  agent: AgentProcess,
  atOnce: number,
): Promise<readonly Flooded[]> {
  const { warmUpSeconds, seconds, rounds } = stage.world.scale;
  const flood = floodOf(stage, agent);
  const measure = async (lasts: number): Promise<Flooded> => {
    const capacity = perSecond(await stage.wrk(agent.url, { connections: atOnce, seconds: lasts }));
    const megabytesBefore = await megabytesOf(agent);
    const [cpuBefore, coresBefore] = await Promise.all([cpuSeconds(agent.process.pid), readCoreTimes()]);
    const during = await flood(capacity * 3, lasts);
    const [cpuAfter, coresAfter] = await Promise.all([cpuSeconds(agent.process.pid), readCoreTimes()]);
    return {
      capacity,
      megabytesBefore,
      during,
      cpuDuring: ((cpuAfter ?? Number.NaN) - (cpuBefore ?? 0)) / lasts,
      restBusy: busyShare(coresBefore, coresAfter, stage.world.cores?.rest ?? []),
      megabytes: await megabytesOf(agent),
      after: await flood(capacity * 0.3, lasts),
    };
  };
  if (warmUpSeconds > 0) await measure(warmUpSeconds);
  const all: Flooded[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure(seconds));
  return all;
}

/** Asks an agent for so many sends a second, for so many seconds, whatever it answers. */
export function floodOf(
  stage: Stage,
  agent: AgentProcess,
): (ratePerSecond: number, seconds: number) => Promise<FloodResult> {
  const { rateShare } = stage.world.scale;
  const connections = rateShare < 1 ? 64 : 1000;
  const flooding = stage.subject('flood', [agent.url], 'rest');
  return async (ratePerSecond, seconds) => {
    const order = { ratePerSecond: ratePerSecond * rateShare, seconds, connections };
    return JSON.parse(await flooding.ask(JSON.stringify(order))) as FloodResult;
  };
}

/** What is wrong with floods, in sentences; most often nothing. */
export function floodDoubts(all: readonly Flooded[]): readonly string[] {
  const failures = all.reduce((sum, { during, after }) => sum + during.failures + after.failures, 0);
  return failures > 0 ? [`${String(failures)} sends were answered by neither 200 nor 503.`] : [];
}

async function megabytesOf({ process }: AgentProcess): Promise<number> {
  return (await residentMegabytes(process.pid)) ?? Number.NaN;
}

import type { FloodOrder, FloodResult } from '../load/flood.ts';
import { residentMegabytes } from '../machine/resident-memory.ts';
import { perSecond } from '../measure/load-result.ts';
import { spreadOf } from '../measure/spread.ts';
import type { AgentProcess } from '../stage/agent-process.ts';
import type { Stage } from '../stage/stage.ts';
import { evenStrategy } from '../stage/strategy.ts';
import type { Bench } from './row.ts';

/** Callers that ask three times as much as the agent can do, after what it can do, and before a third of it. */
export const overload: Bench = {
  rows: [
    {
      id: 'overload',
      title: 'accepted sends/s at 3 × capacity ÷ at capacity',
      target: { least: 0.9, unit: '' },
    },
    {
      id: 'overload-p99',
      title: 'p99 of what is accepted at 3 × capacity',
      target: { most: 1000, unit: 'ms' },
    },
    {
      id: 'overload-memory',
      title: 'memory at 3 × capacity ÷ at capacity',
      target: { most: 1.5, unit: '' },
    },
    {
      id: 'overload-after',
      title: 'after 3 × capacity: last send refused or above 250 ms',
      target: { most: 2000, unit: 'ms' },
    },
  ],
  async run(stage) {
    const { url } = await stage.upstream();
    // One channel takes 256 sends at once and no more.
    const agent = await stage.agent(evenStrategy(url, 4));
    const flood = floodOf(stage, agent);
    const all: Overload[] = [];
    const { warmUpSeconds: seconds } = stage.world.scale;
    if (seconds > 0) await stage.wrk(agent.url, { seconds });
    for (let round = 0; round < stage.world.scale.rounds; round += 1) {
      all.push(await overloaded(stage, agent, flood));
    }
    const by = (figure: (one: Overload) => number) => spreadOf(all.map(figure));
    return [
      {
        row: 'overload',
        value: by(({ capacity, during }) => during.accepted / capacity),
        figures: [
          { name: 'at capacity', unit: 'sends/s', ...by(({ capacity }) => capacity) },
          { name: 'accepted', unit: 'sends/s', ...by(({ during }) => during.accepted) },
          { name: 'refused', unit: 'sends/s', ...by(({ during }) => during.refused) },
          { name: 'held back by their connection', unit: 'sends/s', ...by(({ during }) => during.heldBack) },
        ],
        notes: doubts(all),
      },
      {
        row: 'overload-p99',
        value: by(({ during }) => during.p99Ms),
        figures: [
          { name: 'accepted, p50', unit: 'ms', ...by(({ during }) => during.p50Ms) },
          { name: 'refused, p99', unit: 'ms', ...by(({ during }) => during.refusedP99Ms) },
        ],
        notes: [],
      },
      {
        row: 'overload-memory',
        value: by(({ megabytes, megabytesBefore }) => megabytes / megabytesBefore),
        figures: [{ name: 'at 3 × capacity', unit: 'MB', ...by(({ megabytes }) => megabytes) }],
        notes: [],
      },
      {
        row: 'overload-after',
        value: by(({ after }) => after.evenAfterMs),
        figures: [{ name: 'p99', unit: 'ms', ...by(({ after }) => after.p99Ms) }],
        notes: [],
      },
    ];
  },
};

interface Overload {
  /** Sends a second, 64 at a time. */
  readonly capacity: number;
  readonly megabytesBefore: number;
  readonly during: FloodResult;
  readonly megabytes: number;
  readonly after: FloodResult;
}

type AskFlood = (order: FloodOrder) => Promise<FloodResult>;

function floodOf(stage: Stage, agent: AgentProcess): AskFlood {
  const process = stage.subject('flood', [agent.url], 'rest');
  return async (order) => JSON.parse(await process.ask(JSON.stringify(order))) as FloodResult;
}

async function overloaded(stage: Stage, agent: AgentProcess, flood: AskFlood): Promise<Overload> {
  const { seconds, rateShare } = stage.world.scale;
  const connections = rateShare < 1 ? 64 : 1000;
  const capacity = perSecond(await stage.wrk(agent.url));
  const megabytesBefore = await megabytesOf(agent);
  const at = (times: number) => ({ ratePerSecond: capacity * times * rateShare, seconds, connections });
  const during = await flood(at(3));
  const megabytes = await megabytesOf(agent);
  const after = await flood(at(0.3));
  return { capacity, megabytesBefore, during, megabytes, after };
}

async function megabytesOf({ process }: AgentProcess): Promise<number> {
  return (await residentMegabytes(process.pid)) ?? Number.NaN;
}

function doubts(all: readonly Overload[]): readonly string[] {
  const failures = all.reduce((sum, { during, after }) => sum + during.failures + after.failures, 0);
  return failures > 0 ? [`${String(failures)} sends were answered by neither 200 nor 503.`] : [];
}

import { pickFreePorts } from '@waystation/etcd/testing';
import { BenchProcess } from '../process/bench-process.ts';
import { ratioBy, rounds, spreadBy } from '../measure/rounds.ts';
import type { Series } from '../measure/rounds.ts';
import { AgentProcess } from '../stage/agent-process.ts';
import { firstSend } from '../stage/first-send.ts';
import { FleetStore } from '../stage/fleet-store.ts';
import { plainStrategy } from '../stage/strategy.ts';
import type { Stage } from '../stage/stage.ts';
import type { Bench } from './row.ts';

const millisecondsOf = (sample: number): number => sample;

/** From nothing to the first accepted send, with a strategy in the data directory, beside a Node that does nothing. */
export const coldStart: Bench = {
  rows: [
    {
      id: 'cold-start',
      title: 'cold start (cached strategy) to first accepted send ÷ `node -e 0`',
      target: { most: 5, unit: '' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const store = await FleetStore.start(stage);
    await store.put(plainStrategy(upstream.url));
    const dataDir = await stage.folder('data');
    const first = await stage.agentWith({ flags: store.flags(), dataDir });
    await first.process.stop();
    const all = await rounds<number>(
      [
        { name: 'agent', measure: () => startAgent(stage, dataDir, store.flags()) },
        { name: 'node -e 0', measure: () => startNode(stage) },
      ],
      // One start is soon over, and differs more from the next than a second of load does.
      { ...stage.world.scale, rounds: stage.world.scale.rounds * 2 },
    );
    const [agent, node] = all as readonly [Series<number>, Series<number>];
    return [
      {
        row: 'cold-start',
        value: ratioBy(agent, node, millisecondsOf),
        figures: all.map((series) => ({
          name: series.name,
          unit: 'ms',
          ...spreadBy(series, millisecondsOf),
        })),
        notes: [],
      },
    ];
  },
};

async function startAgent(stage: Stage, dataDir: string, flags: readonly string[]): Promise<number> {
  const begun = performance.now();
  const agent = await AgentProcess.spawn({ cores: stage.world.cores, dataDir, flags });
  try {
    return (await firstSend(agent.process, agent.url)) - begun;
  } finally {
    await agent.process.stop();
  }
}

async function startNode(stage: Stage): Promise<number> {
  // The agent's time has the search for two ports in it, too.
  const begun = performance.now();
  await pickFreePorts(2);
  const { execPath: command } = process;
  const { cores } = stage.world;
  await new BenchProcess({ name: 'node', command, args: ['-e', '0'], cores, place: 'subject' }).exited;
  return performance.now() - begun;
}

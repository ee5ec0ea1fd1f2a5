import { setTimeout as delay } from 'node:timers/promises';
import { residentMegabytes } from '../machine/resident-memory.ts';
import { spreadOf } from '../measure/spread.ts';
import { plainStrategy } from '../stage/strategy.ts';
import type { AgentProcess } from '../stage/agent-process.ts';
import type { Stage } from '../stage/stage.ts';
import type { Bench } from './row.ts';

/** Resident memory of one agent: with nothing to do, and after so many sends that what stays would show. */
export const memory: Bench = {
  rows: [
    { id: 'memory-idle', title: 'memory idle', target: { most: 110, unit: 'MB' } },
    {
      id: 'memory-growth',
      title: 'memory after 10⁶ sends ÷ after 10⁵',
      target: { most: 1.1, unit: '' },
    },
  ],
  async run(stage) {
    const [few, many] = stage.world.scale.memorySends;
    const upstream = await stage.upstream();
    const agent = await stage.agent(plainStrategy(upstream.url));
    const idle = await settled(stage, agent);
    const sends = await sendUntil(stage, agent, 0, few);
    const afterFew = await settled(stage, agent);
    await sendUntil(stage, agent, sends, many);
    const afterMany = await settled(stage, agent);
    const once = (value: number) => spreadOf([value]);
    const scaled = many === 1_000_000 ? [] : [`Measured after ${String(few)} and ${String(many)} sends.`];
    return [
      { row: 'memory-idle', value: once(idle), figures: [], notes: ['Measured once.'] },
      {
        row: 'memory-growth',
        value: once(afterMany / afterFew),
        figures: [
          { name: `after ${few.toLocaleString('en')} sends`, unit: 'MB', ...once(afterFew) },
          { name: `after ${many.toLocaleString('en')} sends`, unit: 'MB', ...once(afterMany) },
        ],
        notes: ['Measured once.', ...scaled],
      },
    ];
  },
};

/** Sends until `wanted` were sent in all. */
async function sendUntil(stage: Stage, agent: AgentProcess, sent: number, wanted: number): Promise<number> {
  let sends = sent;
  while (sends < wanted) sends += (await stage.wrk(agent.url)).sends;
  return sends;
}

/** The median of some readings in a quiet time. */
async function settled(stage: Stage, agent: AgentProcess): Promise<number> {
  const pause = stage.world.scale.name === 'smoke' ? 10 : 500;
  const readings: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    await delay(pause);
    readings.push((await residentMegabytes(agent.process.pid)) ?? Number.NaN);
  }
  return spreadOf(readings).median;
}

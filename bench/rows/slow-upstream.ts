import { pickFreePort } from '@waystation/etcd/testing';
import { spreadOf } from '../measure/spread.ts';
import { untilOpen } from '../process/until-open.ts';
import { evenStrategy } from '../stage/strategy.ts';
import { flooded, floodDoubts } from './flooded.ts';
import type { Flooded } from './flooded.ts';
import type { Bench } from './row.ts';

const room = 256;
const delayMs = 200;

/** What limits the agent here is its room: each of its requests waits for a provider that takes its time. */
export const slowUpstream: Bench = {
  rows: [
    {
      id: 'slow-upstream',
      title: 'accepted sends/s at 3 × room ÷ at room, upstream of 200 ms',
      target: { least: 0.9, unit: '' },
    },
    {
      id: 'slow-upstream-p99',
      title: 'p99 of what is accepted at 3 × room, upstream of 200 ms',
      target: { most: 500, unit: 'ms' },
    },
  ],
  async run(stage) {
    const port = await pickFreePort();
    const provider = stage.subject('slow-provider', [String(port), String(delayMs)], 'rest');
    await untilOpen(provider, port);
    const strategy = evenStrategy(`http://127.0.0.1:${String(port)}`, 4);
    const agent = await stage.agent(strategy, { flags: ['--max-under-way', String(room)] });
    const all = await flooded(stage, agent, room);
    const by = (figure: (one: Flooded) => number) => spreadOf(all.map(figure));
    return [
      {
        row: 'slow-upstream',
        value: by(({ capacity, during }) => during.accepted / capacity),
        figures: [
          { name: 'at room', unit: 'sends/s', ...by(({ capacity }) => capacity) },
          { name: 'accepted', unit: 'sends/s', ...by(({ during }) => during.accepted) },
          { name: 'refused', unit: 'sends/s', ...by(({ during }) => during.refused) },
          { name: 'memory', unit: 'MB', ...by(({ megabytes }) => megabytes) },
        ],
        notes: floodDoubts(all),
      },
      {
        row: 'slow-upstream-p99',
        value: by(({ during }) => during.p99Ms),
        figures: [{ name: 'accepted, p50', unit: 'ms', ...by(({ during }) => during.p50Ms) }],
        notes: [],
      },
    ];
  },
};

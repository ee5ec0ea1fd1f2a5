import { spreadOf } from '../measure/spread.ts';
import { evenStrategy } from '../stage/strategy.ts';
import { flooded, floodDoubts } from './flooded.ts';
import type { Flooded } from './flooded.ts';
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
    // One channel takes 256 sends at once and no more: these have room for all that the agent takes.
    const agent = await stage.agent(evenStrategy(url, 8));
    const all = await flooded(stage, agent, 64);
    const by = (figure: (one: Flooded) => number) => spreadOf(all.map(figure));
    return [
      {
        row: 'overload',
        value: by(({ capacity, during }) => during.accepted / capacity),
        figures: [
          { name: 'at capacity', unit: 'sends/s', ...by(({ capacity }) => capacity) },
          { name: 'accepted', unit: 'sends/s', ...by(({ during }) => during.accepted) },
          { name: 'refused', unit: 'sends/s', ...by(({ during }) => during.refused) },
          { name: 'CPU of the agent', unit: 's a second', ...by(({ cpuDuring }) => cpuDuring) },
          { name: 'other cores', unit: 'of their time busy', ...by(({ restBusy }) => restBusy) },
          { name: 'held back by their connection', unit: 'sends/s', ...by(({ during }) => during.heldBack) },
        ],
        notes: floodDoubts(all),
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

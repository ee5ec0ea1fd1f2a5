import { doubts, limitedByLoad, throughputFigures } from '../measure/describe-samples.ts';
import { seriesOf } from '../measure/pick-series.ts';
import { ratioBy, rounds } from '../measure/rounds.ts';
import { plainStrategy } from '../stage/strategy.ts';
import { underWrk } from './contenders.ts';
import type { Bench } from './row.ts';

const route = { name: 'default', policy: { kind: 'primary-backup', order: ['cn-hangzhou'] } };
const plenty = 1_000_000;

/** Everything that looks at a send, and strikes none of these. */
export const everything = {
  routes: [{ ...route, dedupeMs: 60_000 }],
  health: { probe: { kind: 'http', intervalMs: 1000 } },
  limits: {
    routes: { default: { perSecond: plenty } },
    channels: { 'cn-hangzhou': { perSecond: plenty, maxInFlight: 256 } },
    numbers: { kind: 'windows', windows: [{ windowMs: 60_000, max: 1000 }], maxTracked: 1_000_000 },
  },
};
const off = { routes: [route], health: { probe: { kind: 'off' } } };

/** Health, limits and dedupe beside an agent that has none of them; the journal is open in both. */
export const everythingOn: Bench = {
  rows: [
    {
      id: 'everything-on',
      title: 'sends/s, everything on (health, limits, journal, dedupe) ÷ all off',
      target: { least: 0.9, unit: '' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const full = await stage.agent(plainStrategy(upstream.url, everything));
    const bare = await stage.agent(plainStrategy(upstream.url, off));
    const all = await rounds(
      [underWrk(stage, 'everything on', full), underWrk(stage, 'all off', bare)],
      stage.world.scale,
    );
    const value = ratioBy(seriesOf(all, 'everything on'), seriesOf(all, 'all off'), ({ rate }) => rate);
    // What this version does not act on yet costs nothing yet.
    const { warnings } = await full.status();
    const notes = [...doubts(all), ...limitedByLoad(all), ...warnings];
    return [{ row: 'everything-on', value, figures: throughputFigures(all), notes }];
  },
};

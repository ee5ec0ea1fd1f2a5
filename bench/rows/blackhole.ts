import { startSimulator } from '@waystation/simulator';
import { spreadOf } from '../measure/spread.ts';
import { channel, plainStrategy } from '../stage/strategy.ts';
import type { Bench } from './row.ts';

const delayMs = 250;

/** The primary's host takes no connection and refuses none: agents that know nothing of it yet, one a round. */
export const blackhole: Bench = {
  rows: [
    {
      id: 'blackhole',
      title: 'blackholed region, slowest send over `race.delayMs`',
      target: { most: 300, unit: 'ms' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const simulator = await startSimulator({ config: { regions: { hole: {} }, gateways: {} } });
    stage.atEnd(() => simulator.stop());
    await simulator.setFault({ kind: 'blackhole', region: 'hole' });
    const strategy = plainStrategy(upstream.url, {
      channels: { hole: channel(simulator.regions['hole'] ?? ''), other: channel(upstream.url) },
      routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['hole', 'other'] } }],
      race: { delayMs },
    });
    const slowest: number[] = [];
    let failures = 0;
    for (let round = 0; round < stage.world.scale.rounds; round += 1) {
      const agent = await stage.agent(strategy);
      const application = stage.application('native', agent.url, { place: 'rest' });
      const { seconds } = stage.world.scale;
      const sent = await application.send({ kind: 'closed', concurrency: 16, seconds });
      slowest.push(sent.maxMs);
      failures += sent.failures;
      await Promise.all([application.process.stop(), agent.process.stop()]);
    }
    return [
      {
        row: 'blackhole',
        value: spreadOf(slowest.map((ms) => ms - delayMs)),
        figures: [{ name: 'slowest send', unit: 'ms', ...spreadOf(slowest) }],
        notes: failures === 0 ? [] : [`${String(failures)} sends failed.`],
      },
    ];
  },
};

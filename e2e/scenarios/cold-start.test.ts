import { expect, it } from 'vitest';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const regions = ['cn-hangzhou', 'ap-southeast-1', 'cn-shanghai'];
const [dead = '', slow = '', fast = ''] = regions;

const scene = sceneOfFile({ regions });

it.each([
  ['lowest-latency', 'refuses', { kind: 'refuse' }, { kind: 'lowest-latency', channels: regions }],
  [
    'lowest-latency',
    'says that it cannot serve',
    { kind: 'code', code: 'ServiceUnavailable', status: 503 },
    { kind: 'lowest-latency', channels: regions },
  ],
  ['primary-backup', 'refuses', { kind: 'refuse' }, { kind: 'primary-backup', order: [dead, fast, slow] }],
])(
  'an agent that starts cold, by %s, with a region that %s sends by the fast one, first thing',
  async (_, __, fault, policy) => {
    const set = scene();
    await set.simulator.setFault({ region: dead, ...fault });
    await set.simulator.setFault({ region: slow, kind: 'slow', delayMs: 500 });
    const channels = Object.fromEntries(regions.map((region) => [region, set.channel(region)]));
    const routes = [{ name: 'default', policy, onUnknownOutcome: 'fail' }];
    // One round of probes and no more.
    const health = { probe: { intervalMs: 600_000 } };
    await set.apply(set.strategy({ channels, routes, health }));
    const agent = await set.agent();
    const answers = await set.application(agent, 'cold').sendMany(10, 1);
    for (const { status, body } of answers) {
      expect({ status, attempts: body['attempts'] }).toEqual({
        status: 200,
        attempts: [expect.objectContaining({ channel: fast, outcome: 'accepted' })],
      });
    }
    const told = agent.process.records.filter(({ msg }) => msg === 'channel degraded');
    expect(told).toMatchObject([
      {
        channel: dead,
        why: expect.stringMatching(/^a probe failed, and nothing good is known of it: /) as string,
      },
    ]);
    const { channels: shown } = await agent.status();
    expect(Object.fromEntries(shown.map(({ name, health }) => [name, health?.state]))).toEqual({
      [dead]: 'degraded',
      [slow]: 'healthy',
      [fast]: 'healthy',
    });
    await agent.stop();
  },
);

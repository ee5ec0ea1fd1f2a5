import { expect, it } from 'vitest';
import { failures } from '../harness/application.ts';
import { footprintOf } from '../harness/footprint.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile({ regions: ['cn-hangzhou', 'ap-southeast-1', 'cn-beijing'] });
const strategyKey = '/waystation/default/default/routing/strategy';
const changes = 1000;

it(
  'a thousand live changes fail no send, and leave no memory, sockets or handles behind',
  { timeout: 300_000 },
  async () => {
    const set = scene();
    await set.apply(set.strategy());
    const agent = await set.agent();
    const application = set.application(agent, 'endurance');
    const stop = application.keepSending(4);

    /** Every kind of change in turn: weights, a channel more or less, an endpoint, the primary, the policy. */
    const variant = (step: number) => {
      const kind = step % 5;
      const base = {
        'cn-hangzhou': set.channel('cn-hangzhou'),
        'ap-southeast-1': set.channel('ap-southeast-1'),
        ...(kind === 1 && { 'cn-beijing': set.channel('cn-beijing') }),
        ...(kind === 2 && {
          'cn-beijing': set.channel('cn-beijing', { endpoint: set.simulator.urlOf('cn-hangzhou') }),
        }),
      };
      const policy =
        kind < 3
          ? {
              kind: 'weighted-random',
              weights: Object.fromEntries(Object.keys(base).map((name, at) => [name, 1 + ((step + at) % 9)])),
            }
          : {
              kind: 'primary-backup',
              order: kind === 3 ? ['cn-hangzhou', 'ap-southeast-1'] : ['ap-southeast-1', 'cn-hangzhou'],
            };
      return JSON.stringify(
        set.strategy({
          channels: base,
          routes: [{ name: 'default', policy, onUnknownOutcome: 'fail' }],
          timeouts: { totalMs: 10_000 + step },
        }),
      );
    };
    const change = async (from: number, to: number) => {
      for (let step = from; step < to; step += 1) await set.etcd.etcdctl(['put', strategyKey, variant(step)]);
      await agent.until(`routes by change ${String(to)}`, ({ refused }) => {
        expect(refused).toBeUndefined();
      });
    };

    await change(0, 200);
    const before = await footprintOf(agent.process.pid);
    await change(200, changes);
    await application.sendMany(50, 4);
    const after = await footprintOf(agent.process.pid);

    const answers = await stop();
    expect(failures(answers)).toEqual([]);
    const verdict = await set.simulator.check(answers.map(({ outId }) => outId));
    expect(verdict).toMatchObject({ lost: [], doubled: [] });
    expect(after.residentMb).toBeLessThan(before.residentMb * 1.5 + 40);
    expect(after.descriptors).toBeLessThan(before.descriptors + 40);
  },
);

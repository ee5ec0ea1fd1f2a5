import { expect, it } from 'vitest';
import { failures } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Document } from '../harness/scene.ts';

const scene = sceneOfFile();
const strategyKey = '/waystation/default/default/routing/strategy';

it('wayctl refuses bad strategies of every kind, names what is wrong, and changes nothing', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const before = await set.mustWayctl('strategy', 'get');
  const route = { name: 'default', policy: { kind: 'primary-backup', order: ['cn-hangzhou'] } };
  const bad: [Document, string][] = [
    [set.strategy({ schemaVersion: 99 }), 'schemaVersion'],
    [set.strategy({ routes: [] }), 'routes'],
    [
      set.strategy({ routes: [{ ...route, policy: { kind: 'primary-backup', order: ['nowhere'] } }] }),
      'nowhere',
    ],
    [
      set.strategy({
        routes: [{ ...route, policy: { kind: 'weighted-random', weights: { 'cn-hangzhou': -5 } } }],
      }),
      '-5',
    ],
    [set.strategy({ routes: [{ ...route, match: { countryCodes: ['86'] } }] }), 'match'],
    [set.strategy({ timeouts: { totalMs: 1 } }), 'totalMs'],
    [set.strategy({ surprise: true }), 'surprise'],
  ];
  for (const [document, word] of bad) {
    const { code, output } = await set.wayctl('strategy', 'apply', '-f', await set.write(document), '--yes');
    expect({ code, word, output }).toEqual({
      code: 3,
      word,
      output: expect.stringContaining(word) as string,
    });
  }
  expect(await set.mustWayctl('strategy', 'get')).toBe(before);
});

it('an agent refuses what its host does not allow, says why in wayctl agents, and serves on', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent({ id: 'careful' });
  const good = (await agent.status()).strategy?.digest;
  const application = set.application(agent, 'nack');
  const stop = application.keepSending(2);

  const elsewhere = { 'cn-hangzhou': set.channel('cn-hangzhou', { endpoint: 'https://sms.evil.example' }) };
  const route = { name: 'default', policy: { kind: 'primary-backup', order: ['cn-hangzhou'] } };
  await set.apply(set.strategy({ channels: elsewhere, routes: [route] }));
  await eventually('the refusal is seen by operators', async () => {
    const output = await set.mustWayctl('agents');
    expect(output).toContain('refused');
    expect(output).toContain('sms.evil.example');
  });

  await set.etcd.etcdctl(['put', strategyKey, '{"schemaVersion": 1, "channels": ']);
  await agent.until('refuses half a document', ({ refused }) => {
    expect(refused?.reason).toContain('JSON');
  });

  const stranger = { 'cn-hangzhou': set.channel('cn-hangzhou', { credential: 'stranger' }) };
  await set.etcd.etcdctl([
    'put',
    strategyKey,
    JSON.stringify(set.strategy({ channels: stranger, routes: [route] })),
  ]);
  await agent.until('refuses a credential that it does not hold', ({ refused, strategy }) => {
    expect(refused?.reason).toContain('stranger');
    expect(strategy?.digest).toBe(good);
  });
  const answers = await stop();
  expect(failures(answers)).toEqual([]);

  await set.etcd.etcdctl(['put', strategyKey, JSON.stringify(set.strategy())]);
  await agent.until('takes a good one again', ({ refused }) => {
    expect(refused).toBeUndefined();
  });
});

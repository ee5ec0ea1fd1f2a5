import { expect, it } from 'vitest';
import { byChannel, failures } from '../harness/application.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile({ regions: ['cn-hangzhou', 'ap-southeast-1', 'cn-beijing', 'cn-shanghai'] });

it('production and staging stand side by side and never see each other', async () => {
  const set = scene();
  const pair = (primary: string, backup: string) => ({
    schemaVersion: 1,
    channels: { [primary]: set.channel(primary), [backup]: set.channel(backup) },
    routes: [
      {
        name: 'default',
        policy: { kind: 'primary-backup', order: [primary, backup] },
        onUnknownOutcome: 'fail',
      },
    ],
  });
  await set.apply(pair('cn-hangzhou', 'ap-southeast-1'), '--env', 'prod');
  await set.apply(pair('cn-beijing', 'cn-shanghai'), '--env', 'staging');
  const prod = await set.agent({ id: 'of-prod', flags: ['--env', 'prod'] });
  const staging = await set.agent({ id: 'of-staging', flags: ['--env', 'staging'] });
  const stagingBefore = (await staging.status()).strategy;

  expect(byChannel(await set.application(prod, 'prod').sendMany(20, 4))).toEqual({ 'cn-hangzhou': 20 });
  expect(byChannel(await set.application(staging, 'staging').sendMany(20, 4))).toEqual({ 'cn-beijing': 20 });

  await set.mustWayctl('primary', 'set', 'default', 'ap-southeast-1', '--env', 'prod', '--yes', '--wait');
  expect(byChannel(await set.application(prod, 'moved').sendMany(20, 4))).toEqual({ 'ap-southeast-1': 20 });
  expect((await staging.status()).strategy).toEqual(stagingBefore);
  expect(await set.mustWayctl('agents', '--env', 'prod')).not.toContain('of-staging');
  expect(await set.mustWayctl('agents', '--env', 'staging')).not.toContain('of-prod');

  await set.simulator.setFault({ region: 'cn-beijing', kind: 'refuse' });
  const answers = await set.application(staging, 'failover').sendMany(20, 4);
  expect(failures(answers)).toEqual([]);
  expect(byChannel(answers)).toEqual({ 'cn-shanghai': 20 });
  await set.simulator.clearFaults();
});

it('seventy to thirty over two providers, one of them a generic gateway', async () => {
  const set = scene();
  const other = {
    provider: 'http',
    endpoint: set.simulator.urlOf('other'),
    credential: 'other',
    contents: { SMS_154950909: '您的验证码是：${code}，请在5分钟内输入。' },
    request: {
      fields: {
        apikey: '${credential.key}',
        mobile: '${phone.national}',
        content: '【${signName}】${content}',
        ref: '${outId}',
      },
    },
    answer: { code: '/code', accepted: ['0'], id: '/sid', classes: { 1001: 'throttled' } },
  };
  const weights = { 'cn-hangzhou': 70, other: 30 };
  await set.apply({
    schemaVersion: 1,
    channels: { 'cn-hangzhou': set.channel('cn-hangzhou'), other },
    routes: [{ name: 'default', policy: { kind: 'weighted-random', weights }, onUnknownOutcome: 'fail' }],
  });
  const agent = await set.agent();
  const answers = await set.application(agent, 'providers').sendMany(400);
  expect(failures(answers)).toEqual([]);
  const { 'cn-hangzhou': aliyun = 0, other: gateway = 0 } = byChannel(answers);
  expect(aliyun).toBeGreaterThan(200);
  expect(gateway).toBeGreaterThan(50);
  const verdict = await set.simulator.check(answers.map(({ outId }) => outId));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
});

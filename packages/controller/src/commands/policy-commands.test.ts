import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk } from '../testing/desk.ts';
import { sampleYaml } from '../testing/sample-strategy.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
  await desk.apply(sampleYaml);
});
afterEach(async () => {
  await desk.close();
});

async function policies(): Promise<Record<string, unknown>> {
  const { routes } = JSON.parse((await desk.stored(desk.keys.strategy)) ?? '') as {
    routes: { name: string; policy: unknown }[];
  };
  return Object.fromEntries(routes.map(({ name, policy }) => [name, policy]));
}

describe('weights set, primary set, policy set', () => {
  it('change one route and leave the rest as it was written', async () => {
    const weights = await desk.run('weights', 'set', 'default', 'cn-hangzhou=5', '--yes', '--reason', 'slow');
    expect(weights).toMatchObject({ code: 0, err: '' });
    expect(weights.out).toContain('~ routes.default.policy.weights.cn-hangzhou: 70 → 5');
    expect(await desk.run('primary', 'set', 'otp', 'ap-southeast-1', '-y')).toMatchObject({ code: 0 });
    expect(await policies()).toEqual({
      default: { kind: 'weighted-random', weights: { 'cn-hangzhou': 5, 'ap-southeast-1': 30 } },
      otp: { kind: 'primary-backup', order: ['ap-southeast-1', 'cn-hangzhou'] },
    });
    const swapped = ['policy', 'set', 'default', 'primary-backup', 'ap-southeast-1', 'cn-hangzhou', '-y'];
    expect(await desk.run(...swapped)).toMatchObject({ code: 0 });
    expect((await policies())['default']).toEqual({
      kind: 'primary-backup',
      order: ['ap-southeast-1', 'cn-hangzhou'],
    });
    expect(await desk.stored(desk.keys.strategy)).not.toContain('timeouts');
  });

  it('warn of what they bring, not of what was so before', async () => {
    const foreign = sampleYaml.replace(
      'regionId: cn-hangzhou,',
      'regionId: cn-hangzhou, endpoint: sms.example,',
    );
    const run = await desk.run('strategy', 'apply', '-f', await desk.file('foreign.yaml', foreign), '--yes');
    expect(run.err).toContain('channels.cn-hangzhou sends to sms.example');
    const one = ['weights', 'set', 'default', 'cn-hangzhou=0', '--yes'];
    expect(await desk.run(...one)).toMatchObject({ code: 0, err: '' });
    const { err } = await desk.run(...one, 'ap-southeast-1=0');
    expect(err).toContain('routes.default.policy.weights are all 0');
    expect(err).not.toContain('sms.example');
  });

  it.each([
    [['weights', 'set', 'defalt', 'cn-hangzhou=1'], 2, /no route defalt.*default/],
    [['weights', 'set', 'default', 'cn-hangzou=1'], 2, /no channel cn-hangzou.*cn-hangzhou/],
    [['weights', 'set', 'default', 'cn-hangzhou=-5'], 3, /0.*1000.*-5/],
    [['weights', 'set', 'default', 'cn-hangzhou=99999'], 3, /0.*1000.*99999/],
    [['weights', 'set', 'default', 'cn-hangzhou=NaN'], 2, /must be a number, 0–1000, got "NaN"/],
    [['weights', 'set', 'default', 'cn-hangzhou=1e999'], 2, /must be a number/],
    [['weights', 'set', 'default', 'cn-hangzhou='], 2, /must be a number/],
    [['weights', 'set', 'default', 'cn-hangzhou'], 2, /CHANNEL=WEIGHT/],
    [['weights', 'set', 'default', 'cn-hangzhou=1', 'cn-hangzhou=2'], 2, /two weights/],
    [['weights', 'set', 'otp', 'cn-hangzhou=1'], 2, /primary-backup, not weighted-random/],
    [['primary', 'set', 'default', 'cn-hangzhou'], 2, /weighted-random, not primary-backup/],
    [['primary', 'set', 'otp', 'cn-hangzou'], 2, /no channel cn-hangzou/],
    [['policy', 'set', 'otp', 'random', 'cn-hangzhou'], 2, /kind of a policy must be/],
    [['policy', 'set', 'otp', 'primary-backup', 'cn-hangzhou', 'cn-hangzhou'], 2, /named twice/],
    [
      ['primary', 'set', 'otp', 'ap-southeast-1', '--timeout', 'soon'],
      2,
      /--timeout must be a length of time/,
    ],
    [
      ['primary', 'set', 'otp', 'ap-southeast-1', '--wait', '--timeout', '30d'],
      2,
      /--timeout must be at most 7d/,
    ],
    [['policy', 'set', 'otp', 'primary-backup', 'cn-hangzhou=1'], 2, /only weighted-random takes weights/],
  ])('refuses %j', async (argv, code, message) => {
    const run = await desk.run(...argv, '--yes');
    expect(run).toMatchObject({ code });
    expect(run.err).toMatch(message);
    expect((await desk.store.list(desk.keys.history)).entries).toHaveLength(1);
  });
});

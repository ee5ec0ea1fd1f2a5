import { afterEach, beforeEach, expect, it } from 'vitest';
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

it.each([
  [['strat'], ['strategy']],
  [['strategy', 'r'], ['rollback']],
  [['--env', 'staging', 'strategy', 'val'], ['validate']],
  [
    ['-o', ''],
    ['table', 'json', 'yaml'],
  ],
  [['strategy', 'apply', '--if'], ['--if-revision']],
  [['agents', '--state', 'b'], ['behind']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['weights', 'set', 'd'], ['default']],
  [['weights', 'set', 'default', 'cn'], ['cn-hangzhou=']],
  [['weights', 'set', 'default', 'cn-hangzhou=1', 'ap'], ['ap-southeast-1=']],
  [['primary', 'set', 'otp', 'ap'], ['ap-southeast-1']],
  [['policy', 'set', 'otp', 'w'], ['weighted-random']],
  [
    ['channel', 'drain', ''],
    ['cn-hangzhou', 'ap-southeast-1'],
  ],
  [['--env', 'nowhere', 'channel', 'drain', ''], []],
  [['nonsense', ''], []],
  [['__'], []],
])('completes %j', async (words, candidates) => {
  const run = await desk.run('__complete', '--', ...words);
  expect(run).toMatchObject({ code: 0, err: '' });
  expect(run.out.split('\n').filter((line) => line !== '')).toEqual(candidates);
});

it('prints a script for each shell, and refuses others', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const run = await desk.run('completion', shell);
    expect(run.code).toBe(0);
    expect(run.out).toContain('wayctl __complete --');
  }
  expect(await desk.run('completion', 'cmd')).toMatchObject({ code: 2 });
});

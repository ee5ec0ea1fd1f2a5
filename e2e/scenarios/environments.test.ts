import { expect, it } from 'vitest';
import { byChannel, failures } from '../harness/application.ts';
import { chiSquare, chiSquareLimit } from '../harness/chi-square.ts';
import { exampleFor } from '../harness/example.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile({ regions: ['cn-hangzhou', 'ap-southeast-1', 'cn-beijing', 'cn-shanghai'] });

/** The simulator's account under the names that the examples use. */
const credentials = {
  WAYSTATION_CREDENTIAL_STAGING_ACCESS_KEY_ID: 'LTAISimulatorMain',
  WAYSTATION_CREDENTIAL_STAGING_ACCESS_KEY_SECRET: 'simulator-secret-of-main',
  WAYSTATION_CREDENTIAL_GATEWAY_API_KEY: 'simulator-apikey',
};

it('the examples for production and staging run side by side and never see each other', async () => {
  const set = scene();
  await set.apply(await exampleFor(set, 'prod.yaml'), '--env', 'prod');
  await set.apply(await exampleFor(set, 'staging.yaml'), '--env', 'staging');
  const prod = await set.agent({ id: 'of-prod', flags: ['--env', 'prod'] });
  const staging = await set.agent({ id: 'of-staging', flags: ['--env', 'staging'], env: credentials });
  const stagingBefore = (await staging.status()).strategy;

  expect(byChannel(await set.application(prod, 'prod').sendMany(20, 4))).toEqual({ 'cn-hangzhou': 20 });
  expect(byChannel(await set.application(staging, 'staging').sendMany(20, 4))).toEqual({ 'cn-beijing': 20 });

  await set.mustWayctl('primary', 'set', 'otp', 'ap-southeast-1', '--env', 'prod', '--yes', '--wait');
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

it('the example of two providers sends 70 to 30, one of them a generic gateway', async () => {
  const set = scene();
  await set.apply(await exampleFor(set, 'two-providers.yaml'), '--env', 'providers');
  const agent = await set.agent({ flags: ['--env', 'providers'], env: credentials });
  const { texts: before } = await set.simulator.check([]);
  const answers = await set.application(agent, 'providers').sendMany(1000);
  expect(failures(answers)).toEqual([]);
  expect(chiSquare(byChannel(answers), { a: 70, b: 30 })).toBeLessThan(chiSquareLimit);
  const { texts: after } = await set.simulator.check([]);
  expect(after - before).toBe(1000);
});

import { request } from 'undici';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { byChannel, sampleMessage } from '../harness/application.ts';
import type { SendAnswer } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { OfficialClient } from '../harness/official-client.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Scene } from '../harness/scene.ts';

const scene = sceneOfFile();

/** Applies limits, hangzhou before singapore, and waits until the agent goes by them. */
async function limit(
  set: Scene,
  limits: Readonly<Record<string, unknown>>,
  agent?: AgentProcess,
): Promise<void> {
  const policy = { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] };
  const routes = [{ name: 'default', policy, onUnknownOutcome: 'fail' }];
  // A probe may not take a channel out on a busy machine: which one is taken is what is counted here.
  await set.apply(set.strategy({ routes, limits, health: { probe: { kind: 'off' }, threshold: 1 } }));
  const revision = await set.revision();
  await agent?.until('follows the limits', ({ strategy }) => {
    expect(strategy?.revision).toBe(revision);
  });
}

/** Posts a message past the harness, which keeps no headers. */
async function post(agent: AgentProcess, headers: Readonly<Record<string, string>>) {
  const answer = await request(`${agent.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(sampleMessage),
  });
  const body = (await answer.body.json()) as Record<string, unknown>;
  return { status: answer.statusCode, headers: answer.headers, body };
}

it('limits hold and change under load: nothing beyond them, nothing lost, nothing twice', async () => {
  const set = scene();
  const before = (await set.simulator.texts()).length;
  await limit(set, {
    routes: { default: { perSecond: 40, burst: 10, over: { kind: 'wait', maxMs: 20_000 } } },
  });
  const agent = await set.agent();
  const application = set.application(agent, 'limits');
  const answers: SendAnswer[] = [];
  const startedAt = performance.now();
  const stop = application.keepSending(8);
  const reached = async (): Promise<number> => (await set.simulator.texts()).length - before;

  // By its rate, everybody waiting for a turn.
  await eventually('texts go out', async () => {
    expect(await reached()).toBeGreaterThan(60);
  });
  const count = await reached();
  expect(count).toBeLessThanOrEqual(10 + ((performance.now() - startedAt) / 1000) * 40);

  // Faster, with what hangzhou may not take going to singapore.
  await limit(set, { channels: { 'cn-hangzhou': { perSecond: 5, burst: 5 } } }, agent);
  await eventually('texts spill over', async () => {
    const texts = await set.simulator.texts();
    expect(texts.filter(({ region }) => region === 'ap-southeast-1').length).toBeGreaterThan(20);
  });

  await eventually('wayctl tells why', async () => {
    expect(await set.mustWayctl('agents')).toMatch(/ cn-hangzhou +limited +- +its limit of 5 a second/);
  });

  // Hardly any, and refused at once.
  await limit(set, { routes: { default: { perSecond: 0.01, burst: 1 } } }, agent);
  answers.push(...(await stop()), ...(await application.sendMany(20, 4)));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(10);
  for (const { status, body } of refused) {
    expect({ status, code: body['code'], attempts: body['attempts'] }).toEqual({
      status: 429,
      code: 'SEND_LIMITED',
      attempts: [],
    });
  }
  const taken = answers.filter(({ status }) => status === 200);
  for (const { body } of taken) expect(body['attempts']).toHaveLength(1);
  expect(byChannel(taken)['ap-southeast-1']).toBeGreaterThan(20);
  expect(await reached()).toBe(taken.length);
  expect(await set.simulator.check(taken.map(({ outId }) => outId))).toMatchObject({ lost: [], doubled: [] });
}, 120_000);

it('a change forgets nothing that was counted, and every refusal says when to come back', async () => {
  const set = scene();
  await limit(set, { routes: { default: { perSecond: 0.01, burst: 5 } } });
  const agent = await set.agent();
  const application = set.application(agent);
  const accepted = async (): Promise<number> =>
    (await application.sendMany(10, 1)).filter(({ status }) => status === 200).length;
  expect(await accepted()).toBe(5);
  await limit(set, { routes: { default: { perSecond: 0.011, burst: 5 } } }, agent);
  expect(await accepted()).toBe(0);
  const { status, headers, body } = await post(agent, {});
  expect([status, body['code'], body['retryable']]).toEqual([429, 'SEND_LIMITED', true]);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(await new OfficialClient(agent.url).send('official')).toEqual({ code: 'Throttling.User' });
  await limit(set, { routes: { default: { perSecond: 0.01, burst: 7 } } }, agent);
  expect(await accepted()).toBe(2);
}, 120_000);

it('one number over refuses the message on both APIs, and a key’s repeat is the same message', async () => {
  const set = scene();
  await limit(set, { numbers: { kind: 'windows', windows: [{ windowMs: 3_600_000, max: 2 }] } });
  const agent = await set.agent();
  const application = set.application(agent);
  for (let time = 0; time < 3; time += 1) {
    expect(await post(agent, { 'idempotency-key': 'one' })).toMatchObject({ status: 200 });
  }
  expect((await application.send()).status).toBe(200);
  const refused = await application.send({ phoneNumbers: ['13900139000', sampleMessage.phoneNumbers] });
  expect(refused).toMatchObject({
    status: 429,
    body: { code: 'SEND_NUMBER_LIMITED', errors: [{ path: 'phoneNumbers[1]' }], attempts: [] },
  });
  expect(JSON.stringify(refused.body)).not.toContain(sampleMessage.phoneNumbers);
  expect(await new OfficialClient(agent.url).send('official')).toEqual({
    code: 'isv.BUSINESS_LIMIT_CONTROL',
  });
  expect((await application.send({ phoneNumbers: '13900139000' })).status).toBe(200);
}, 120_000);

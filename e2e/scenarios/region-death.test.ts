import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { failures } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Document } from '../harness/scene.ts';

const scene = sceneOfFile({ regions: ['cn-hangzhou', 'ap-southeast-1'] });

/** Hangzhou first, Singapore behind it. */
function primaryBackup(change: Document = {}): Document {
  const policy = { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] };
  return scene().strategy({ routes: [{ name: 'default', policy, onUnknownOutcome: 'fail', ...change }] });
}

it.each([
  ['refuses', { kind: 'refuse', standing: 'finish' }],
  ['swallows connections', { kind: 'blackhole', standing: 'finish' }],
  ['says that it cannot serve', { kind: 'code', code: 'ServiceUnavailable', status: 503 }],
])('a primary that %s under load fails no send and doubles none', async (how, fault) => {
  const set = scene();
  await set.apply(primaryBackup());
  const application = set.application(await set.agent(), `dies-${how.replaceAll(' ', '-')}`);
  const stop = application.keepSending();
  await application.sendMany(50, 8);
  await set.simulator.setFault({ region: 'cn-hangzhou', ...fault });
  await application.sendMany(150, 8);
  const answers = await stop();
  // The queue of a port takes two connections before it is full: requests on those may have been taken, for all
  // that anybody knows, and their callers are told so.
  const unknown = answers.filter(({ status }) => status === 504);
  expect(unknown.length).toBeLessThanOrEqual(fault.kind === 'blackhole' ? 2 : 0);
  const told = answers.filter((answer) => !unknown.includes(answer));
  expect(failures(told)).toEqual([]);
  expect(answers.some(({ body }) => body['channel'] === 'ap-southeast-1')).toBe(true);
  // About the race's delay, 250 ms; far below the 3 s of the ceiling for connecting on a machine with time.
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(8000);
  const verdict = await set.simulator.check(told.map(({ outId }) => outId));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
});

it('a primary that hangs under load fails no send where the route says resend', async () => {
  const set = scene();
  await set.apply({ ...primaryBackup({ onUnknownOutcome: 'resend' }), timeouts: { readMs: 500 } });
  const application = set.application(await set.agent(), 'hangs');
  await application.sendMany(20, 8);
  await set.simulator.setFault({ region: 'cn-hangzhou', kind: 'hang' });
  const answers = await application.sendMany(60, 16);
  expect(failures(answers)).toEqual([]);
  const verdict = await set.simulator.check(answers.map(({ outId }) => outId));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
});

it('an answer that comes after the caller’s deadline is shown by its id, and nothing else is sent', async () => {
  const set = scene();
  await set.apply(primaryBackup());
  const agent = await set.agent();
  const outId = `late-${randomUUID()}`;
  await set.simulator.setFault({ region: 'cn-hangzhou', kind: 'slow', delayMs: 3000, accepted: true });
  const answer = await request(`${agent.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'request-timeout-ms': '1000' },
    body: JSON.stringify({
      phoneNumbers: '13800138000',
      signName: '阿里云',
      templateCode: 'SMS_154950909',
      templateParam: { code: '1234' },
      outId,
    }),
  });
  const { id, code } = (await answer.body.json()) as { id: string; code: string };
  expect([answer.statusCode, code]).toEqual([504, 'SEND_OUTCOME_UNKNOWN']);
  await eventually('the late answer is shown', async () => {
    const later = await request(`${agent.url}/v1/messages/${id}`);
    expect(await later.body.json()).toMatchObject({ id, code: 'OK', channel: 'cn-hangzhou' });
  });
  expect(await set.simulator.check([outId])).toMatchObject({ lost: [], doubled: [] });
});

it('an account without balance is asked once, not by every message', async () => {
  const set = scene();
  const second = { ...set.channel('ap-southeast-1'), credential: 'second' };
  const channels = { 'cn-hangzhou': set.channel('cn-hangzhou'), 'ap-southeast-1': second };
  await set.apply({ ...primaryBackup(), channels });
  const agent = await set.agent({
    env: {
      WAYSTATION_CREDENTIAL_SECOND_ACCESS_KEY_ID: 'LTAISimulatorSecond',
      WAYSTATION_CREDENTIAL_SECOND_ACCESS_KEY_SECRET: 'simulator-secret-of-second',
    },
  });
  const application = set.application(agent, 'balance');
  await set.simulator.setFault({ region: 'cn-hangzhou', kind: 'code', code: 'isv.AMOUNT_NOT_ENOUGH' });
  await application.send();
  const answers = await application.sendMany(200);
  expect(failures(answers)).toEqual([]);
  for (const { body } of answers) expect(body['attempts']).toHaveLength(1);
  expect(await agent.status()).toMatchObject({
    blocks: [{ kind: 'account', name: 'main', outcome: 'account', code: 'isv.AMOUNT_NOT_ENOUGH' }],
  });
});

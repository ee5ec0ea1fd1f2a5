import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
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

/** Hosts asked every second, so that a host which only probes still reach is out soon. */
const health = { probe: { intervalMs: 1000, timeoutMs: 1000, retries: 2 } };

/** The log tells that Hangzhou is no longer the first, and why; then that it is out, by faults such as `fault`. */
async function switchIsLogged({ process }: AgentProcess, fault: RegExp): Promise<void> {
  await eventually('the log tells that cn-hangzhou is out', () => {
    const turns = process.records.filter(({ channel }) => channel === 'cn-hangzhou');
    expect(turns[0]).toMatchObject({
      level: 'warn',
      msg: expect.stringMatching(/^channel (degraded|ejected)$/) as string,
      from: 'healthy',
      why: expect.stringMatching(/^its score fell to \d+, below 80$| in a row/) as string,
    });
    const out = turns.find(({ msg }) => msg === 'channel ejected');
    expect(out).toMatchObject({ level: 'warn', why: expect.stringMatching(/ in a row/) as string });
    expect(out?.['evidence']).toContainEqual(expect.stringMatching(fault));
  });
}

it.each([
  ['refuses', { kind: 'refuse', standing: 'finish' }, /refused/],
  ['swallows connections', { kind: 'blackhole', standing: 'finish' }, /too long/],
  [
    'says that it cannot serve',
    { kind: 'code', code: 'ServiceUnavailable', status: 503 },
    /cannot serve now/,
  ],
])('a primary that %s under load fails no send, doubles none, and is logged', async (how, fault, told) => {
  const set = scene();
  await set.apply({ ...primaryBackup(), health });
  const agent = await set.agent();
  const application = set.application(agent, `dies-${how.replaceAll(' ', '-')}`);
  const stop = application.keepSending();
  await application.sendMany(50, 8);
  await set.simulator.setFault({ region: 'cn-hangzhou', ...fault });
  await application.sendMany(150, 8);
  await switchIsLogged(agent, told);
  const answers = await stop();
  // The queue of a port takes two connections before it is full: requests on those may have been taken, for all
  // that anybody knows, and their callers are told so.
  const unknown = answers.filter(({ status }) => status === 504);
  expect(unknown.length).toBeLessThanOrEqual(fault.kind === 'blackhole' ? 2 : 0);
  const known = answers.filter((answer) => !unknown.includes(answer));
  expect(failures(known)).toEqual([]);
  expect(answers.some(({ body }) => body['channel'] === 'ap-southeast-1')).toBe(true);
  // About the race's delay, 250 ms; far below the 3 s of the ceiling for connecting on a machine with time.
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(8000);
  const verdict = await set.simulator.check(known.map(({ outId }) => outId));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
});

it('a primary that hangs under load fails no send where the route says resend, and is logged', async () => {
  const set = scene();
  await set.apply({ ...primaryBackup({ onUnknownOutcome: 'resend' }), timeouts: { readMs: 500 }, health });
  const agent = await set.agent();
  const application = set.application(agent, 'hangs');
  await application.sendMany(20, 8);
  await set.simulator.setFault({ region: 'cn-hangzhou', kind: 'hang' });
  const answers = await application.sendMany(60, 16);
  expect(failures(answers)).toEqual([]);
  await switchIsLogged(agent, /no answer came in time/);
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

import { request } from 'undici';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { sampleMessage } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Document, Scene } from '../harness/scene.ts';

const scene = sceneOfFile();

/** Probes of health and questions are not struck. */
const match = { action: 'SendSms' };

/** The default of `onUnknownOutcome`, asked sooner than by default. */
function strategyOf(set: Scene, readMs = 20_000): Document {
  const policy = { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] };
  return set.strategy({
    routes: [{ name: 'default', policy }],
    timeouts: { connectMs: 20_000, readMs, totalMs: 40_000 },
    reconcile: { firstMs: 200, intervalMs: 500, settleMs: 1500 },
  });
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends a message; undefined where the agent died before it answered. */
async function send(
  agent: AgentProcess,
  outId: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer | undefined> {
  try {
    const { statusCode, body } = await request(`${agent.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...sampleMessage, outId }),
      headersTimeout: 90_000,
    });
    return { status: statusCode, body: (await body.json()) as Record<string, unknown> };
  } catch {
    return undefined;
  }
}

const textsOf = async (set: Scene, outId: string): Promise<number> =>
  (await set.simulator.texts()).filter((text) => text.outId === outId).length;

it('a lost answer is asked for: the caller is told OK, and one text has gone out', async () => {
  const set = scene();
  await set.apply(strategyOf(set));
  const agent = await set.agent();
  const fault = { region: 'cn-hangzhou', kind: 'reset', accepted: true, count: 1, match };
  await set.simulator.setFault(fault);
  const answer = await send(agent, 'lost-answer');
  expect(answer).toMatchObject({
    status: 200,
    body: { code: 'OK', channel: 'cn-hangzhou', attempts: [{ outcome: 'unknown', searched: 'found' }] },
  });
  expect(await textsOf(set, 'lost-answer')).toBe(1);
  await agent.stop();
});

it('what never arrived is proven absent and sent by another host', async () => {
  const set = scene();
  await set.apply(strategyOf(set));
  const agent = await set.agent();
  await set.simulator.setFault({ region: 'cn-hangzhou', kind: 'reset', count: 1, match });
  const answer = await send(agent, 'never-arrived');
  expect(answer).toMatchObject({ status: 200, body: { code: 'OK', channel: 'ap-southeast-1' } });
  expect(answer?.body['attempts']).toMatchObject([{ searched: 'absent' }, { outcome: 'accepted' }]);
  expect(await textsOf(set, 'never-arrived')).toBe(1);
  await agent.stop();
});

it('the caller is told the truth at its deadline, and the later one is shown by id', async () => {
  const set = scene();
  await set.apply(strategyOf(set, 3000));
  const agent = await set.agent();
  await set.simulator.setFault({ region: '*', kind: 'hang', accepted: true, count: 1, match });
  const asked = await set.simulator.setFault({
    region: '*',
    kind: 'throttle',
    match: { action: 'QuerySendDetails' },
  });
  const answer = await send(agent, 'later-truth', { 'request-timeout-ms': '2500' });
  expect(answer).toMatchObject({ status: 504, body: { code: 'SEND_OUTCOME_UNKNOWN' } });
  await eventually('the provider is asked', async () => {
    expect(await set.simulator.strikes(asked)).toBeGreaterThan(0);
  });
  await set.simulator.clearFaults();
  await eventually('the later truth is shown', async () => {
    const shown = await request(`${agent.url}/v1/messages/${String(answer?.body['id'])}`);
    expect(await shown.body.json()).toMatchObject({ code: 'OK', channel: 'cn-hangzhou' });
  });
  expect(await textsOf(set, 'later-truth')).toBe(1);
  await agent.stop();
});

it.each([
  { at: 'taken', accepted: true, channel: 'cn-hangzhou' },
  { at: 'lost', accepted: false, channel: undefined },
])('killed while an attempt waits that was $at: the repeat of its key makes it one text', async (step) => {
  const set = scene();
  await set.apply(strategyOf(set));
  const dataDir = set.path('data');
  const agent = await set.agent({ dataDir });
  const { accepted } = step;
  await set.simulator.setFault({ region: '*', kind: 'hang', accepted, count: 1, match });
  const key = { 'idempotency-key': `killed-${step.at}` };
  const outId = `killed-${step.at}`;
  const first = send(agent, outId, key);
  await agent.until('has the message in its journal', ({ journal }) => {
    expect(journal.unfinished).toBe(1);
  });
  await eventually('the fault has struck, for the only time', async () => {
    expect(await set.simulator.faults()).toEqual([]);
  });
  agent.process.signal('SIGKILL');
  await agent.process.exited;
  expect(await first).toBeUndefined();

  const again = await set.agent({ dataDir });
  const [repeat, next] = [await send(again, outId, key), await send(again, outId, key)];
  expect(repeat).toMatchObject({ status: 200, body: { code: 'OK' } });
  if (step.channel !== undefined) expect(repeat?.body['channel']).toBe(step.channel);
  expect(next?.body).toMatchObject({ id: repeat?.body['id'], code: 'OK' });
  expect(await textsOf(set, outId)).toBe(1);
  await again.stop();
});

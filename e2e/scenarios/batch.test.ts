import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { sampleBatch, sampleMessage } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { OfficialClient } from '../harness/official-client.ts';
import { postJson } from '../harness/post-json.ts';
import type { JsonAnswer } from '../harness/post-json.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Scene } from '../harness/scene.ts';

const scene = sceneOfFile();
/** Of another try of a test there may be texts already. */
const run = String(Date.now());

/** Probes of health are not struck. */
const match = { action: 'SendBatchSms' };

function post(agent: AgentProcess, path: string, body: object, key?: string): Promise<JsonAnswer> {
  return postJson(`${agent.url}${path}`, body, key);
}

/** Numbers that a message texted, in the order of their texts. */
async function textedBy(set: Scene, outId: string): Promise<string[]> {
  const texts = await set.simulator.texts();
  return texts.filter((text) => text.outId === outId).map(({ phoneNumber }) => phoneNumber);
}

const numbers = Array.from({ length: 20 }, (_, at) => `139${String(at).padStart(8, '0')}`);
const e164 = numbers.map((number) => `+86${number}`);

const order = { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] };

it('a batch texts each number once, by either API, past a region that refuses and with a key', async () => {
  const set = scene();
  await set.apply(set.strategy({ routes: [{ name: 'default', policy: order, onUnknownOutcome: 'fail' }] }));
  const agent = await set.agent();
  await set.simulator.setFault({
    ...{ region: 'cn-hangzhou', kind: 'code', code: 'ServiceUnavailable', status: 503, count: 1, match },
  });
  const [native, official, key] = [`native-${run}`, `official-${run}`, `key-${run}`];
  const batch = sampleBatch(native, numbers);
  const first = await post(agent, '/v1/messages/batch', batch, key);
  expect(first).toMatchObject({ status: 200, body: { code: 'OK', channel: 'ap-southeast-1' } });
  expect(await post(agent, '/v1/messages/batch', batch, key)).toEqual(first);
  expect(await new OfficialClient(agent.url).sendBatch(official, numbers)).toEqual({ code: 'OK' });
  expect(await textedBy(set, native)).toEqual(e164);
  expect(await textedBy(set, official)).toEqual(e164);
  await agent.stop();
});

it('messages that are alike are one, through a kill that cut the first off', async () => {
  const set = scene();
  const routes = [{ name: 'default', policy: order, onUnknownOutcome: 'fail', dedupeMs: 3_600_000 }];
  const timeouts = { connectMs: 20_000, readMs: 20_000, totalMs: 40_000, compatTotalMs: 40_000 };
  await set.apply(set.strategy({ routes, timeouts }));
  const dataDir = set.path('data');
  const agent = await set.agent({ dataDir });
  const outId = `alike-${run}`;
  const message = { ...sampleMessage, outId };
  const hang = { region: '*', kind: 'hang', accepted: true, match: { action: 'SendSms' } };
  const fault = await set.simulator.setFault(hang);
  const cut = post(agent, '/v1/messages', message).catch(() => 'cut off');
  await eventually('the text has gone out', async () => {
    expect(await set.simulator.strikes(fault)).toBe(1);
  });
  agent.process.signal('SIGKILL');
  await agent.process.exited;
  expect(await cut).toBe('cut off');
  await set.simulator.clearFaults();

  const again = await set.agent({ dataDir });
  // What the first came to is not known here; that it is not sent again is what counts.
  await post(again, '/v1/messages', message);
  await new OfficialClient(again.url).send(outId);
  expect(await textedBy(set, outId)).toHaveLength(1);
  await again.stop();
});

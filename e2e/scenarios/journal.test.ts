import { request } from 'undici';
import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { sendKeyed as send } from '../harness/keyed-send.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Scene } from '../harness/scene.ts';

const scene = sceneOfFile();

const textsOf = async (set: Scene, key: string): Promise<number> =>
  (await set.simulator.texts()).filter(({ outId }) => outId === key).length;

function strategyOf(set: Scene, onUnknownOutcome: 'fail' | 'resend'): Readonly<Record<string, unknown>> {
  const policy = { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] };
  return set.strategy({
    routes: [{ name: 'default', policy, onUnknownOutcome }],
    timeouts: { connectMs: 20_000, readMs: 20_000, totalMs: 40_000 },
  });
}

/** Probes of health are not struck. */
const match = { action: 'SendSms' };

/** Where the agent is killed: faults that stop a message there, and how to see that it is there. */
const steps: {
  readonly at: string;
  readonly faults: readonly Readonly<Record<string, unknown>>[];
  readonly texts: number;
}[] = [
  { at: 'the request is sent and not taken', faults: [{ region: '*', kind: 'hang', match }], texts: 0 },
  {
    at: 'the request is taken and not answered',
    faults: [{ region: '*', kind: 'hang', accepted: true, match }],
    texts: 1,
  },
  {
    at: 'the second attempt is taken and not answered',
    faults: [
      { region: 'cn-hangzhou', kind: 'refuse' },
      { region: 'ap-southeast-1', kind: 'hang', accepted: true, match },
    ],
    texts: 1,
  },
];

it.each(steps)(
  'killed when $at: a repeat tells the truth and sends nothing',
  async ({ at, faults, texts }) => {
    const set = scene();
    await set.apply(strategyOf(set, 'fail'));
    const dataDir = set.path('data');
    const agent = await set.agent({ dataDir });
    const ids: string[] = [];
    for (const fault of faults) ids.push(await set.simulator.setFault(fault));
    const key = at.replaceAll(' ', '-');
    const first = send(agent, key);
    await agent.until('has the message in its journal', ({ journal }) => {
      expect(journal.unfinished).toBe(1);
    });
    const hang = faults.findIndex(({ kind }) => kind === 'hang');
    if (hang >= 0) {
      await eventually('the fault has struck', async () => {
        expect(await set.simulator.strikes(ids[hang] ?? '')).toBe(1);
      });
    }
    await agent.kill();
    expect(await first).toBeUndefined();
    await set.simulator.clearFaults();

    const again = await set.agent({ dataDir });
    const [repeat, next] = [await send(again, key), await send(again, key)];
    expect(repeat).toMatchObject({ status: 504, body: { code: 'SEND_OUTCOME_UNKNOWN', retryable: false } });
    expect(next?.body).toEqual(repeat?.body);
    expect(await send(again, key, { templateParam: { code: '654321' } })).toMatchObject({ status: 422 });
    const shown = await request(`${again.url}/v1/messages/${String(repeat?.body['id'])}`);
    expect(await shown.body.json()).toMatchObject({ code: 'SEND_OUTCOME_UNKNOWN' });
    expect(await textsOf(set, key)).toBe(texts);
    expect((await again.status()).warnings.join()).not.toContain('journal');
    await again.stop();
  },
);

it('killed while it connects: nothing was written down or sent, and a repeat goes out once', async () => {
  const set = scene();
  await set.apply(strategyOf(set, 'fail'));
  const dataDir = set.path('data');
  const agent = await set.agent({ dataDir });
  await set.simulator.setFault({ region: '*', kind: 'blackhole' });
  const first = send(agent, 'connecting');
  await agent.until('connects', ({ channels }) => {
    expect(channels.reduce((sum, { inFlight }) => sum + inFlight, 0)).toBeGreaterThan(0);
  });
  await agent.kill();
  expect(await first).toBeUndefined();
  await set.simulator.clearFaults();
  const again = await set.agent({ dataDir });
  expect(await send(again, 'connecting')).toMatchObject({ status: 200, replayed: false });
  expect(await textsOf(set, 'connecting')).toBe(1);
  await again.stop();
});

it('killed the moment its answer is there: a repeat sends nothing', async () => {
  const set = scene();
  await set.apply(strategyOf(set, 'fail'));
  const dataDir = set.path('data');
  const agent = await set.agent({ dataDir });
  const first = await send(agent, 'answered');
  await agent.kill();
  expect(first).toMatchObject({ status: 200, replayed: false });
  const again = await set.agent({ dataDir });
  const repeat = await send(again, 'answered');
  // The end need not be on the disk before the answer.
  expect([200, 504]).toContain(repeat?.status);
  if (repeat?.status === 200) expect(repeat).toEqual({ ...first, replayed: true });
  expect(await textsOf(set, 'answered')).toBe(1);
  await again.stop();
});

it('on a route that resends, a repeat after a crash goes out', async () => {
  const set = scene();
  await set.apply(strategyOf(set, 'resend'));
  const dataDir = set.path('data');
  const agent = await set.agent({ dataDir });
  const hang = await set.simulator.setFault({ region: 'cn-hangzhou', kind: 'hang', match });
  const first = send(agent, 'must-come');
  await eventually('the fault has struck', async () => {
    expect(await set.simulator.strikes(hang)).toBe(1);
  });
  await agent.kill();
  await first;
  await set.simulator.clearFaults();
  const again = await set.agent({ dataDir });
  expect(await send(again, 'must-come')).toMatchObject({ status: 200, replayed: false });
  expect(await send(again, 'must-come')).toMatchObject({ status: 200, replayed: true });
  expect(await textsOf(set, 'must-come')).toBe(1);
  await again.stop();
});

it('killed again and again under load: no key texts anybody twice, and nobody is told wrong', async () => {
  const set = scene();
  await set.apply(strategyOf(set, 'fail'));
  const dataDir = set.path('data');
  const keys = Array.from({ length: 60 }, (_, at) => `load-${String(at)}`);
  for (const killAfter of [3, 25, 40]) {
    const agent = await set.agent({ dataDir });
    let answered = 0;
    let dead: Promise<void> | undefined;
    const waiting = [...keys];
    const worker = async (): Promise<void> => {
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
        await send(agent, key);
        answered += 1;
        if (answered === killAfter) dead = agent.kill();
        if (dead !== undefined) return;
      }
    };
    await Promise.all(Array.from({ length: 12 }, worker));
    await dead;
  }
  const last = await set.agent({ dataDir });
  const answers = [];
  for (const key of keys) answers.push({ key, answer: await send(last, key) });
  const wrong = [];
  for (const { key, answer } of answers) {
    const texts = await textsOf(set, key);
    const right = answer?.status === 200 ? texts === 1 : answer?.status === 504 && texts <= 1;
    if (!right) wrong.push({ key, answer, texts });
  }
  expect(wrong).toEqual([]);
  expect(answers.filter(({ answer }) => answer?.status === 200).length).toBeGreaterThan(0);
  await last.stop();
});

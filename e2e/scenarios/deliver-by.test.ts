import { request } from 'undici';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { sampleMessage } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

type Body = Readonly<Record<string, unknown>>;

async function send(agent: AgentProcess, outId: string, change: Body, key?: string) {
  const { statusCode, headers, body } = await request(`${agent.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    body: JSON.stringify({ ...sampleMessage, outId, ...change }),
    headersTimeout: 90_000,
  });
  const replayed = headers['idempotent-replayed'] === 'true';
  return { status: statusCode, replayed, body: (await body.json()) as Body };
}

async function shown(agent: AgentProcess, id: unknown): Promise<Body> {
  const { body } = await request(`${agent.url}/v1/messages/${String(id)}`);
  return (await body.json()) as Body;
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

it('what nobody takes waits through an outage and a kill, and goes out once', async () => {
  const set = scene();
  await set.apply(set.strategy({ health: { probe: { kind: 'off' } } }));
  const dataDir = set.path('data');
  const agent = await set.agent({ dataDir });
  await set.simulator.setFault({ region: '*', kind: 'refuse' });
  // Of another try of this test there may be texts already.
  const run = String(Date.now());
  const outIds = Array.from({ length: 6 }, (_, at) => `waits-${run}-${String(at)}`);
  const [first = ''] = outIds;
  const told: Awaited<ReturnType<typeof send>>[] = [];
  for (const [at, outId] of outIds.entries()) {
    // Half of them have a key.
    const key = at % 2 === 0 ? outId : undefined;
    told.push(await send(agent, outId, { deliverBy: inMinutes(30 + at) }, key));
  }
  expect(told.map(({ status, body }) => [status, body['code']])).toEqual(
    outIds.map(() => [202, 'SEND_PENDING']),
  );
  const now = await send(agent, 'no-time', {});
  expect(now).toMatchObject({ status: 503, body: { code: 'SEND_NO_CHANNEL' } });
  agent.process.signal('SIGKILL');
  await agent.process.exited;

  const again = await set.agent({ dataDir });
  expect(await shown(again, told[0]?.body['id'])).toMatchObject({ code: 'SEND_PENDING' });
  expect(await send(again, first, { deliverBy: inMinutes(5) }, first)).toMatchObject({ status: 202 });
  const sent = await set.simulator.texts();
  expect(sent.filter(({ outId }) => outIds.includes(outId ?? ''))).toEqual([]);
  await set.simulator.clearFaults();
  await eventually('everything that waited has gone out', async () => {
    for (const { body } of told) expect(await shown(again, body['id'])).toMatchObject({ code: 'OK' });
  });
  expect(await set.simulator.check(outIds)).toMatchObject({ lost: [], doubled: [] });
  expect(await send(again, first, {}, first)).toMatchObject({ status: 200, replayed: true });
  await again.stop();
});

it('what cannot be a time to deliver by is refused, and what nobody takes in time expires unsent', async () => {
  const set = scene();
  await set.apply(set.strategy({ health: { probe: { kind: 'off' } } }));
  const agent = await set.agent();
  for (const deliverBy of ['2020-01-01T00:00:00Z', '2030-01-01T00:00:00', 'soon']) {
    const { status, body } = await send(agent, 'wrong', { deliverBy });
    expect([status, body]).toMatchObject([422, { code: 'REQUEST_INVALID', errors: [{ path: 'deliverBy' }] }]);
  }
  await set.simulator.setFault({ region: '*', kind: 'refuse' });
  const { body } = await send(agent, 'expires', { deliverBy: new Date(Date.now() + 8000).toISOString() });
  expect(['SEND_PENDING', 'SEND_EXPIRED']).toContain(body['code']);
  await eventually('it has expired', async () => {
    expect(await shown(agent, body['id'])).toMatchObject({ code: 'SEND_EXPIRED', retryable: true });
  });
  await set.simulator.clearFaults();
  expect((await set.simulator.texts()).filter(({ outId }) => outId === 'expires')).toEqual([]);
  await agent.stop();
});

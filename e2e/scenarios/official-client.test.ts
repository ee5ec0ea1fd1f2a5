import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { OfficialClient } from '../harness/official-client.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

/** What may become of a request at its region, by the OutId it is done to. */
const faults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'hang-taken': { kind: 'hang', accepted: true },
  hang: { kind: 'hang' },
  'slow-taken': { kind: 'slow', delayMs: 1000, accepted: true },
  'rst-taken': { kind: 'reset', how: 'rst', accepted: true },
  'fin-taken': { kind: 'reset', how: 'fin', accepted: true },
  fin: { kind: 'reset', how: 'fin' },
  'error-taken': { kind: 'status', status: 500, accepted: true },
  error: { kind: 'status', status: 500 },
  unavailable: { kind: 'status', status: 503 },
  'html-taken': { kind: 'html', accepted: true },
  'truncate-taken': { kind: 'truncate', accepted: true },
  'stall-taken': { kind: 'stall', accepted: true },
  'empty-taken': { kind: 'empty', accepted: true },
  'garbage-taken': { kind: 'garbage', accepted: true },
  'wrong-types-taken': { kind: 'wrong-types', accepted: true },
  none: { kind: 'slow', delayMs: 1 },
};

it('a client that sends again by itself causes one text, whatever becomes of the request', async () => {
  const all = scene();
  const order = { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] };
  await all.apply(all.strategy({ routes: [{ name: 'default', policy: order, onUnknownOutcome: 'fail' }] }));
  const agent = await all.agent();
  for (const [outId, fault] of Object.entries(faults)) {
    await all.simulator.setFault({ ...fault, region: '*', match: { outId } });
  }
  const client = new OfficialClient(agent.url);
  const together = await Promise.all(
    Object.keys(faults).map(async (outId) => [outId, (await client.send(outId)).code] as const),
  );
  // By itself, since it stops the account for all who send at the same time.
  await all.simulator.setFault({ kind: 'throttle', region: '*', match: { outId: 'throttle' } });
  const told = [...together, ['throttle', (await client.send('throttle')).code] as const];
  const of = (...codes: string[]) => told.filter(([, code]) => codes.includes(code)).map(([outId]) => outId);
  const unknown = of('waystation.SendOutcomeUnknown');
  const notSent = of('waystation.NotSent', 'ServiceUnavailable', 'Throttling.User');
  expect(of('OK')).toEqual(expect.arrayContaining(['slow-taken', 'none']));
  expect(unknown).toEqual(expect.arrayContaining(['hang-taken', 'rst-taken', 'error-taken', 'html-taken']));
  expect(notSent).toEqual(expect.arrayContaining(['unavailable', 'throttle']));
  expect(of('OK').length + unknown.length + notSent.length).toBe(told.length);

  // Nobody was told OK without a text, or "not sent" with one; and nobody got two.
  expect(await all.simulator.check(of('OK'))).toMatchObject({ lost: [], doubled: [] });
  const arrived = (await all.simulator.texts()).map(({ outId }) => outId);
  expect(arrived.filter((outId) => notSent.includes(outId ?? ''))).toEqual([]);
  expect(arrived).toEqual(
    expect.arrayContaining(Object.keys(faults).filter((outId) => outId.endsWith('-taken'))),
  );
});

it('a region that refuses costs such a client no text; straight at a region it texts twice', async () => {
  const all = scene();
  const order = { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] };
  await all.apply(all.strategy({ routes: [{ name: 'default', policy: order, onUnknownOutcome: 'fail' }] }));
  const agent = await all.agent();
  await all.simulator.setFault({ region: 'cn-hangzhou', kind: 'refuse' });
  expect(await new OfficialClient(agent.url).send('refused')).toEqual({ code: 'OK' });
  expect(await all.simulator.check(['refused'])).toMatchObject({ lost: [] });
  await eventually('the text can be asked for', async () => {
    expect(await new OfficialClient(agent.url).outIds()).toContain('refused');
  });

  // That the client does send again is what the tests above stand on.
  const fault = { kind: 'status', status: 500, accepted: true, count: 1, match: { outId: 'straight' } };
  await all.simulator.setFault({ ...fault, region: 'ap-southeast-1' });
  const straight = new OfficialClient(all.simulator.urlOf('ap-southeast-1'));
  expect(await straight.send('straight')).toEqual({ code: 'OK' });
  const texts = await all.simulator.texts();
  expect(texts.filter(({ outId }) => outId === 'straight')).toHaveLength(2);
});

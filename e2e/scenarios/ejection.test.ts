import { expect, it } from 'vitest';
import { byChannel, failures } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

it('a region blackholed under load is ejected after three timeouts, costs no text, and comes back mended', async () => {
  const all = scene();
  const strategy = all.strategy({
    routes: [
      {
        name: 'default',
        policy: { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] },
        // What was on the wire when the region fell silent is not known to have arrived.
        onUnknownOutcome: 'resend',
      },
    ],
    timeouts: { connectMs: 400, readMs: 10_000, totalMs: 30_000 },
    race: { delayMs: 60_000 },
    health: {
      // The applications here wait for each other's timeouts; their few faults at once are no low score.
      threshold: 1,
      probe: { intervalMs: 1000, timeoutMs: 2000, retries: 20 },
      // Connections that are refused while the region goes down are not what is shown here.
      ejection: { consecutiveFailures: 100, baseMs: 2000, maxMs: 4000 },
    },
    failback: { slowStartMs: 1000 },
  });
  await all.apply(strategy);
  const agent = await all.agent();
  const application = all.application(agent, 'ejection');
  const stop = application.keepSending(4);
  const hangzhou = async (): Promise<string | undefined> =>
    (await agent.status()).channels.find(({ name }) => name === 'cn-hangzhou')?.health?.state;
  const stateIs = (state: string) =>
    eventually(`cn-hangzhou is ${state}`, async () => {
      expect(await hangzhou()).toBe(state);
    });
  await application.sendMany(300, 4);
  expect(await hangzhou()).toBe('healthy');

  await all.simulator.setFault({ region: 'cn-hangzhou', kind: 'blackhole', standing: 'finish' });
  await stateIs('ejected');
  const during = await application.sendMany(50, 4);
  expect(byChannel(during)).toEqual({ 'ap-southeast-1': 50 });
  const record = agent.process.records.find(({ msg }) => msg === 'channel ejected');
  expect(record).toMatchObject({ channel: 'cn-hangzhou', why: '3 timeouts in a row' });
  const evidence = record?.['evidence'] as string[];
  expect(evidence.slice(-3)).toEqual(
    Array.from({ length: 3 }, () => expect.stringMatching(/connecting took too long/) as string),
  );

  await all.simulator.clearFaults();
  await stateIs('healthy');
  const steps = agent.process.records.map(({ msg }) => msg);
  for (const step of ['channel probing', 'channel slow-start', 'channel healthy'])
    expect(steps).toContain(step);
  await eventually('texts go by cn-hangzhou again', async () => {
    expect(byChannel(await application.sendMany(10, 2))).toEqual({ 'cn-hangzhou': 10 });
  });

  const answers = await stop();
  expect(failures(answers)).toEqual([]);
  const verdict = await all.simulator.check([...answers, ...during].map(({ outId }) => outId));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
}, 120_000);

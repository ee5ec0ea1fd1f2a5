import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk, routing } from '../testing/desk.ts';
import { sampleWithWeights, sampleYaml } from '../testing/sample-strategy.ts';

let desk: Desk;
let revision = 0;
beforeEach(async () => {
  desk = await Desk.open();
  revision = await desk.apply(sampleYaml);
});
afterEach(async () => {
  await desk.close();
});

it('a fleet without a strategy is told so, with what to do about it', async () => {
  const empty = await Desk.open();
  try {
    const run = await empty.run('primary', 'set', 'otp', 'cn-hangzhou', '--yes');
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/has no strategy yet: write one with .* \[STRATEGY_MISSING\]\n$/);
  } finally {
    await empty.close();
  }
});

describe('a store in trouble', () => {
  it.each([
    ['STORE_UNAVAILABLE', 5],
    ['STORE_TIMEOUT', 5],
    ['STORE_TLS_FAILED', 5],
    ['STORE_UNAUTHENTICATED', 7],
    ['STORE_FORBIDDEN', 7],
  ] as const)('%s ends every command with its sentence and exit code %i', async (code, exitCode) => {
    const file = await desk.file('s.yaml', sampleWithWeights(1, 1));
    desk.store.failCalls(code, 'etcd at http://127.0.0.1:1 is in trouble');
    for (const argv of [
      ['status'],
      ['agents'],
      ['events'],
      ['events', '--follow'],
      ['watch'],
      ['strategy', 'get'],
      ['strategy', 'history'],
      ['strategy', 'apply', '-f', file, '--yes'],
      ['weights', 'set', 'default', 'cn-hangzhou=1', '--yes'],
      ['channel', 'drain', 'cn-hangzhou', '--reason', 'x', '--yes'],
    ]) {
      const run = await desk.run(...argv);
      expect(run).toMatchObject({ code: exitCode, out: '' });
      expect(run.err).toBe(`error: etcd at http://127.0.0.1:1 is in trouble [${code}]\n`);
      const machine = await desk.run('-o', 'json', ...argv);
      expect(machine).toMatchObject({ code: exitCode, out: '' });
      expect(JSON.parse(machine.err)).toEqual({ code, message: 'etcd at http://127.0.0.1:1 is in trouble' });
    }
  });

  it('does not stop following: what was missed is told once the store is back', async () => {
    const ctrl = new AbortController();
    const { out, done } = desk.start({ interrupted: ctrl.signal }, 'events', '--follow');
    await out.until('+ channels.cn-hangzhou');
    await desk.untilWatched();
    desk.store.cutWatches();
    await desk.apply(sampleWithWeights(1, 1), '--reason', 'while it was away');
    await out.until('while it was away');
    ctrl.abort('SIGINT');
    const run = await done;
    expect(run.code).toBe(0);
    expect(run.err).toContain('following again');
  });

  it('does not stop waiting for agents either, and takes a compaction for what it is', async () => {
    await desk.report('web-1', { routing: routing(revision) });
    const argv = ['weights', 'set', 'default', 'cn-hangzhou=1', '-y', '--wait', '--timeout', '1m'];
    const { out, done } = desk.start({}, ...argv);
    await out.until('strategy is at revision');
    await desk.untilWatched();
    desk.store.cutWatches();
    await desk.report('web-1', { routing: routing(desk.store.revision) });
    desk.store.compact(desk.store.revision);
    expect(await done).toMatchObject({ code: 0 });
  });
});

it('paints on a terminal only, and not with NO_COLOR', async () => {
  const painted = await desk.runWith({ colours: true }, 'events');
  expect(painted.out).toContain('\u001b[');
  const plain = await desk.runWith({ colours: true, env: { NO_COLOR: '1' } }, 'events');
  expect(plain.out).not.toContain('\u001b');
  expect((await desk.run('events')).out).not.toContain('\u001b');
});

it('finishes a change whose reader goes away', async () => {
  const file = await desk.file('s.yaml', sampleWithWeights(12, 1));
  const run = await desk.runWith({ closeAfter: 0 }, 'strategy', 'apply', '-f', file, '--yes');
  expect(run.code).toBe(0);
  expect(await desk.stored(desk.keys.strategy)).toContain('"cn-hangzhou":12');
});

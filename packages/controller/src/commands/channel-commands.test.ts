import type { ConfigStore } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Desk, routing } from '../testing/desk.ts';
import { sampleYaml } from '../testing/sample-strategy.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
  await desk.apply(sampleYaml);
});
afterEach(async () => {
  await desk.close();
});

const drain = (channel: string, ...more: readonly string[]) =>
  desk.run('channel', 'drain', channel, '--reason', 'maintenance', '--yes', ...more);

describe('channel drain', () => {
  it('writes the override and its event in one revision', async () => {
    expect(await drain('cn-hangzhou')).toMatchObject({ code: 0 });
    const { entry, revision } = await desk.store.get(desk.keys.override('cn-hangzhou'));
    expect(JSON.parse(entry?.value ?? '')).toEqual({
      kind: 'drain',
      reason: 'maintenance',
      by: 'alice@desk',
      at: '2026-01-01T00:00:00.000Z',
    });
    const events = (await desk.store.list(desk.keys.events)).entries;
    expect(events.at(-1)?.modRevision).toBe(revision);
    expect(events.at(-1)?.value).toContain('channel-drain');
    expect(await drain('cn-hangzhou')).toMatchObject({
      code: 0,
      out: 'cn-hangzhou is drained already: maintenance\n',
    });
  });

  it('is made with its end or not at all', async () => {
    const puts: string[] = [];
    const { revision } = await desk.store.list('');
    expect(await drain('cn-hangzhou', '--for', '30m')).toMatchObject({ code: 0 });
    for await (const { events } of desk.store.watch(desk.keys.override('cn-hangzhou'), revision + 1)) {
      puts.push(...events.map(({ type }) => type));
      break;
    }
    expect(puts).toEqual(['put']);
    desk.store.loseLeases();
    expect(await desk.stored(desk.keys.override('cn-hangzhou'))).toBeUndefined();
    vi.spyOn(desk.store, 'lease').mockRejectedValue(new Error('no lease today'));
    expect((await drain('cn-hangzhou', '--for', '30m')).code).not.toBe(0);
    expect(await desk.stored(desk.keys.override('cn-hangzhou'))).toBeUndefined();
  });

  it('asks for an end that no waiting for agents puts off', async () => {
    const lease = vi.spyOn(desk.store, 'lease');
    expect(await drain('cn-hangzhou', '--for', '30s', '--wait')).toMatchObject({ code: 0 });
    expect(lease.mock.calls).toEqual([[30_000, { keepAlive: false }]]);
  });

  it('is not made where its --timeout is none', async () => {
    const refused = await drain('cn-hangzhou', '--wait', '--timeout', 'soon');
    expect(refused).toMatchObject({ code: 2 });
    expect(await desk.stored(desk.keys.override('cn-hangzhou'))).toBeUndefined();
  });

  it('refuses the last usable channel of a route unless forced', async () => {
    await drain('cn-hangzhou');
    const refused = await drain('ap-southeast-1');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('ap-southeast-1 is the last usable channel of route otp, route default');
    expect(await desk.stored(desk.keys.override('ap-southeast-1'))).toBeUndefined();
    expect(await drain('ap-southeast-1', '--force')).toMatchObject({ code: 0 });
  });

  it('never lets two operators drain the last two channels at once', async () => {
    // The second operator decides from what stood there before the first one wrote.
    let raced = false;
    const store: ConfigStore = {
      list: (prefix, options) => desk.store.list(prefix, options),
      get: (key, options) => desk.store.get(key, options),
      watch: (prefix, from, options) => desk.store.watch(prefix, from, options),
      lease: (ttlMs, options) => desk.store.lease(ttlMs, options),
      close: () => Promise.resolve(),
      transact: async (compares, writes, options) => {
        if (!raced) {
          raced = true;
          await drain('cn-hangzhou');
        }
        return desk.store.transact(compares, writes, options);
      },
    };
    const late = await desk.runWith(
      { store },
      'channel',
      'drain',
      'ap-southeast-1',
      '--reason',
      'x',
      '--yes',
    );
    expect(late.code).toBe(4);
    expect(await desk.stored(desk.keys.override('ap-southeast-1'))).toBeUndefined();
    expect(await desk.stored(desk.keys.override('cn-hangzhou'))).toBeDefined();
  });

  it('waits for the agents with --wait', async () => {
    const channels = { 'cn-hangzhou': { host: 'h:443', drained: false } };
    await desk.report('web-1', { channels, routing: routing(2) });
    const waiting = drain('cn-hangzhou', '--wait', '--timeout', '1m', '-o', 'json');
    await desk.report('web-1', {
      channels: { 'cn-hangzhou': { host: 'h:443', drained: true } },
      routing: routing(2),
    });
    const run = await waiting;
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({ agents: { applied: ['web-1'], refused: [], silent: [] } });
  });

  it('says until when it lasts with --for', async () => {
    expect(await drain('cn-hangzhou', '--for', '30m')).toMatchObject({ code: 0 });
    expect(await desk.stored(desk.keys.override('cn-hangzhou'))).toContain(
      '"until":"2026-01-01T00:30:00.000Z"',
    );
    expect((await desk.run('status')).out).toContain('drain until 2026-01-01T00:30:00.000Z by alice@desk');
  });

  it.each([
    [['cn-hangzhou', '--yes'], 2, /needs --reason/],
    [['cn-hangzhou', '--yes', '--reason', ' '], 2, /--reason must be 1–1000 characters/],
    [['nowhere', '--reason', 'x', '--yes'], 2, /no channel nowhere in the strategy/],
    [['cn-hangzhou', '--reason', 'x', '--for', 'soon', '--yes'], 2, /--for must be a length of time/],
    [['cn-hangzhou', '--reason', 'x'], 2, /no terminal/],
  ])('refuses %j', async (argv, code, message) => {
    const run = await desk.run('channel', 'drain', ...argv);
    expect(run).toMatchObject({ code });
    expect(run.err).toMatch(message);
  });
});

describe('channel undrain, pin, unpin', () => {
  it('takes back what was done, and only that', async () => {
    expect((await desk.run('channel', 'undrain', 'cn-hangzhou')).out).toBe('cn-hangzhou is not drained\n');
    await drain('cn-hangzhou');
    expect(await desk.run('channel', 'pin', 'cn-hangzhou')).toMatchObject({ code: 2 });
    expect(await desk.run('channel', 'unpin', 'cn-hangzhou')).toMatchObject({ code: 2 });
    expect(await desk.run('channel', 'undrain', 'cn-hangzhou')).toMatchObject({ code: 0 });
    expect(await desk.stored(desk.keys.override('cn-hangzhou'))).toBeUndefined();
    expect(await desk.run('channel', 'pin', 'cn-hangzhou')).toMatchObject({ code: 0 });
    expect(await desk.run('channel', 'unpin', 'cn-hangzhou')).toMatchObject({ code: 0 });
    const events = JSON.parse((await desk.run('events', '-o', 'json')).out) as { type: string }[];
    expect(events.map(({ type }) => type)).toEqual([
      'strategy-changed',
      'channel-drain',
      'channel-undrain',
      'channel-pin',
      'channel-unpin',
    ]);
  });
});

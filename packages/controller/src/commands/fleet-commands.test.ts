import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxEvents } from '../fleet/events.ts';
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

async function digest(): Promise<string> {
  const [newest] = JSON.parse((await desk.run('strategy', 'history', '-o', 'json')).out) as {
    digest: string;
  }[];
  return newest?.digest ?? '';
}

describe('agents and status', () => {
  it('tell who routes by what, and who refused why', async () => {
    await desk.report('a-current', { routing: routing(revision, await digest()) });
    await desk.report('b-behind', { routing: routing(revision - 1) });
    await desk.report('c-refused', {
      routing: routing(revision - 1),
      refused: { revision, reason: 'endpoint evil.example is not allowed', at: '2026-01-01T00:00:00.000Z' },
    });
    await desk.report('d-empty', {});
    await desk.put(desk.keys.agent('e-odd'), '{"schemaVersion": 7}');
    // The digest of what it routes by counts, not the number alone.
    await desk.report('f-liar', { routing: routing(revision, 'another digest') });
    const agents = JSON.parse((await desk.run('agents', '-o', 'json')).out) as {
      agentId: string;
      state: string;
    }[];
    expect(agents.map(({ agentId, state }) => `${agentId} ${state}`)).toEqual([
      'a-current current',
      'b-behind behind',
      'c-refused refused',
      'd-empty empty',
      'e-odd unreadable',
      'f-liar behind',
    ]);
    const refused = await desk.run('agents', '--state', 'refused');
    expect(refused.out).toContain(`revision ${revision}: endpoint evil.example is not allowed`);
    expect(refused.out).not.toContain('a-current');
    const { out } = await desk.run('status');
    expect(out).toContain('by alice@desk at 2026-01-01T00:00:00.000Z');
    expect(out).toContain('cn-hangzhou 70%, ap-southeast-1 30%');
    expect(out).toContain('agents: 6 (1 current, 2 behind, 1 refused, 1 empty, 1 unreadable)');
  });

  it('tell how each channel stands, and why', async () => {
    const well = { host: 'h:443', drained: false, health: 'healthy', state: 'healthy' };
    const until = '2026-01-01T01:30:00.000Z';
    const blocked = {
      ...well,
      state: 'blocked',
      why: 'its account main: no balance',
      code: 'isv.AMOUNT_NOT_ENOUGH',
    };
    await desk.report('a', { channels: { 'cn-hangzhou': { ...blocked, until }, 'ap-southeast-1': well } });
    await desk.report('b', { channels: { 'cn-hangzhou': well, 'ap-southeast-1': well } });
    // An older agent tells of its health alone.
    const older = { host: 'h:443', drained: false, health: 'ejected', why: '3 timeouts in a row' };
    await desk.report('c', { channels: { 'ap-southeast-1': older } });
    const agents = (await desk.run('agents')).out;
    expect(agents).toMatch(
      /^a +cn-hangzhou +blocked +1h 30m +its account main: no balance \(isv.AMOUNT_NOT_ENOUGH\)$/m,
    );
    expect(agents).toMatch(/^c +ap-southeast-1 +ejected +- +3 timeouts in a row$/m);
    expect(agents).not.toMatch(/^b +\S+ +(healthy|blocked)/m);
    const status = (await desk.run('status')).out;
    expect(status).toMatch(/^cn-hangzhou .*blocked 1, healthy 1 +its account main: no balance$/m);
    expect(status).toMatch(/^ap-southeast-1 .*ejected 1, healthy 2 +3 timeouts in a row$/m);
    const { channels } = JSON.parse((await desk.run('status', '-o', 'json')).out) as {
      channels: { name: string; states: Record<string, number> }[];
    };
    expect(channels.map(({ states }) => states)).toEqual([
      { blocked: 1, healthy: 1 },
      { ejected: 1, healthy: 2 },
    ]);
  });

  it('show an empty fleet', async () => {
    const run = await desk.run('--env', 'nowhere', 'status');
    expect(run).toMatchObject({ code: 0, out: 'nowhere/default: no strategy yet\n\nagents: 0\n' });
  });

  it('keep two environments apart', async () => {
    const file = await desk.file('s.yaml', sampleWithWeights(1, 1));
    await desk.run('--env', 'staging', 'strategy', 'apply', '-f', file);
    expect(await desk.stored(desk.keys.strategy)).toContain('"cn-hangzhou":70');
    const other = await desk.runWith({ env: { WAYSTATION_ENV: 'staging' } }, 'strategy', 'get');
    expect(other.out).toContain('cn-hangzhou: 1');
  });
});

describe('--wait', () => {
  const changeAndWait = () => {
    const change = ['weights', 'set', 'default', 'cn-hangzhou=1', '--yes'];
    return desk.run(...change, '--wait', '--timeout', '1m');
  };

  it('ends with 0 once all have applied, counting those that come meanwhile', async () => {
    await desk.report('web-1', { routing: routing(revision) });
    const waiting = changeAndWait();
    const written = await waitForRevision(revision);
    await desk.report('web-2', { routing: routing(revision) });
    await desk.report('web-1', { routing: routing(written) });
    await desk.report('web-2', { routing: routing(written) });
    const run = await waiting;
    expect(run.code).toBe(0);
    expect(run.out).toContain('agents: 2 applied, 0 refused, 0 silent');
    expect(run.err).toContain('web-1: applied');
  });

  it('ends with 6 and the reason when an agent refuses, and no longer waits for one that is gone', async () => {
    await desk.report('web-1', { routing: routing(revision) });
    await desk.report('web-2', { routing: routing(revision) });
    const waiting = changeAndWait();
    const written = await waitForRevision(revision);
    await desk.report('web-1', {
      routing: routing(revision),
      refused: { revision: written, reason: 'no credential main', at: '2026-01-01T00:00:00.000Z' },
    });
    await desk.store.transact([], [{ type: 'delete', key: desk.keys.agent('web-2') }]);
    const run = await waiting;
    expect(run.code).toBe(6);
    expect(run.err).toContain('web-1: refused: no credential main');
    expect(run.out).toContain('agents: 0 applied, 1 refused, 0 silent');
  });

  it('ends with 6 and names the silent after --timeout', async () => {
    await desk.report('web-1', { routing: routing(revision) });
    const run = await desk.run(
      'weights',
      'set',
      'default',
      'cn-hangzhou=1',
      '-y',
      '--wait',
      '--timeout',
      '300ms',
    );
    expect(run.code).toBe(6);
    expect(run.err).toContain('still silent: web-1');
  });

  it('says so where there is nobody to wait for', async () => {
    const run = await desk.run('weights', 'set', 'default', 'cn-hangzhou=1', '-y', '--wait');
    expect(run.code).toBe(0);
    expect(run.err).toContain('no agent of this fleet is connected');
  });

  it('ends with 130 on ctrl-C, the change made', async () => {
    await desk.report('web-1', { routing: routing(revision) });
    const ctrl = new AbortController();
    const argv = ['weights', 'set', 'default', 'cn-hangzhou=1', '-y', '--wait', '--timeout', '1m'];
    const waiting = desk.runWith({ interrupted: ctrl.signal }, ...argv);
    await waitForRevision(revision);
    ctrl.abort('SIGINT');
    const run = await waiting;
    expect(run.code).toBe(130);
    expect(run.err).toContain('the change itself is made');
  });
});

describe('events and watch', () => {
  it('keep a bounded number of events, the newest', async () => {
    for (let index = 0; index < maxEvents + 5; index += 1) {
      const id = `000000000000001-${String(index).padStart(8, '0')}`;
      const event = { schemaVersion: 1, id, type: 'x', by: 'b', at: '2026-01-01T00:00:00.000Z', summary: id };
      await desk.put(desk.keys.event(id), JSON.stringify(event));
    }
    await desk.apply(sampleWithWeights(1, 2));
    const { entries } = await desk.store.list(desk.keys.events);
    expect(entries).toHaveLength(maxEvents);
    expect(entries.at(-1)?.value).toContain('strategy-changed');
  });

  it.each([
    [['events', '--limit', '0'], 2],
    [['events', '--limit', '1001'], 2],
    [['events', '--limit', '1000'], 0],
    [['strategy', 'history', '--limit', '0'], 2],
  ])('take as many events as there may be: %j', async (argv, code) => {
    const run = await desk.run(...argv);
    expect(run.code).toBe(code);
    if (code === 2) expect(run.err).toContain('--limit must be a whole number of');
  });

  it('follow from now on with --limit 0', async () => {
    const following = desk.runWith({ closeAfter: 1 }, 'events', '--follow', '--limit', '0', '-o', 'json');
    await desk.untilWatched();
    await desk.apply(sampleWithWeights(2, 1));
    const run = await following;
    expect((JSON.parse(run.out) as { data: { seq: number } }).data.seq).toBe(2);
  });

  it('follow until nobody reads any more, and end quietly', async () => {
    const following = desk.runWith({ closeAfter: 3 }, 'events', '--follow', '-o', 'json');
    for (let weight = 1; weight <= 5; weight += 1) await desk.apply(sampleWithWeights(weight, 1));
    const run = await following;
    expect(run).toMatchObject({ code: 0, err: '' });
    const lines = run.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { data: { seq: number } });
    expect(lines.map(({ data }) => data.seq)).toEqual([1, 2, 3]);
  });

  it('tell what happens to strategy, overrides and agents, and end on ctrl-C', async () => {
    const ctrl = new AbortController();
    const { out: told, done } = desk.start({ interrupted: ctrl.signal }, 'watch');
    await told.until('strategy  is at revision');
    await desk.report('web-1', { routing: routing(revision) });
    // A report that says nothing new is not told again.
    await desk.report('web-1', {
      routing: routing(revision),
      counts: { accepted: 1, failed: 0, unknown: 0 },
    });
    await desk.run('channel', 'drain', 'cn-hangzhou', '--reason', 'maintenance', '--yes');
    await desk.run('channel', 'undrain', 'cn-hangzhou');
    await desk.store.transact([], [{ type: 'delete', key: desk.keys.agent('web-1') }]);
    await told.until('agent web-1 gone');
    ctrl.abort('SIGINT');
    const { out, code } = await done;
    expect(code).toBe(0);
    const said = out
      .trimEnd()
      .split('\n')
      .map((line) => line.slice('2026-01-01T00:00:00.000Z '.length));
    expect(said).toContain(`strategy  is at revision ${revision}`);
    expect(said).toContain(`agent web-1 routes by revision ${revision} from etcd`);
    expect(said).toContain('override cn-hangzhou drain: maintenance');
    expect(said).toContain('override cn-hangzhou no override any more');
    expect(said.filter((line) => line.startsWith('agent web-1'))).toHaveLength(2);
  });
});

/** Waits until the strategy has a later revision than the one given. */
async function waitForRevision(than: number): Promise<number> {
  for await (const batch of desk.store.watch(desk.keys.strategy, than + 1)) {
    const event = batch.events.find(({ type }) => type === 'put');
    if (event?.type === 'put') return event.entry.modRevision;
  }
  throw new Error('the store ended');
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk } from '../testing/desk.ts';
import { sampleWithWeights, sampleYaml } from '../testing/sample-strategy.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(async () => {
  await desk.close();
});

describe('strategy apply', () => {
  it('writes a first strategy with its history and its event in one revision', async () => {
    const file = await desk.file('s.yaml', sampleYaml);
    const run = await desk.runWith({ answers: [] }, 'strategy', 'apply', '-f', file, '--reason', 'first');
    expect(run).toMatchObject({ code: 0 });
    const { entries } = await desk.store.list(desk.keys.root);
    expect(new Set(entries.map(({ modRevision }) => modRevision)).size).toBe(1);
    expect(entries.map(({ key }) => key.slice(desk.keys.root.length).split('/')[0])).toEqual([
      'events',
      'history',
      'routing',
    ]);
    const history = JSON.parse((await desk.stored(desk.keys.historyEntry(1))) ?? '') as object;
    expect(history).toMatchObject({ seq: 1, by: 'alice@desk', reason: 'first', action: 'strategy apply' });
    expect(await desk.stored(desk.keys.strategy)).toBe(
      JSON.stringify((history as { document: unknown }).document),
    );
  });

  it('shows the difference, asks, and changes nothing without a yes', async () => {
    const revision = await desk.apply(sampleYaml);
    const file = await desk.file('s.yaml', sampleWithWeights(10, 90));
    for (const answer of ['n', '', 'nay', 'Y E S']) {
      const refused = await desk.runWith({ answers: [answer] }, 'strategy', 'apply', '-f', file);
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.out).toContain('routes.default.policy.weights.cn-hangzhou');
      expect(refused.err).toContain('nothing was changed');
    }
    expect((await desk.store.get(desk.keys.strategy)).entry?.modRevision).toBe(revision);
    const taken = await desk.runWith({ answers: ['y'] }, 'strategy', 'apply', '-f', file);
    expect(taken).toMatchObject({ code: 0 });
    expect(await desk.stored(desk.keys.strategy)).toContain('"cn-hangzhou":10');
  });

  it('refuses to ask where there is no terminal', async () => {
    await desk.apply(sampleYaml);
    const file = await desk.file('s.yaml', sampleWithWeights(10, 90));
    const run = await desk.run('strategy', 'apply', '-f', file);
    expect(run.code).toBe(2);
    expect(run.err).toContain('there is no terminal to ask on: say --yes');
  });

  it('changes nothing when the same strategy stands there already, however it is written', async () => {
    const revision = await desk.apply(sampleYaml);
    const file = await desk.file('s.yaml', `# a comment\n${sampleYaml}timeouts: { connectMs: 3000 }\n`);
    const run = await desk.run('strategy', 'apply', '-f', file, '-o', 'json');
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({ changed: false, revision });
  });

  it('makes nothing with --dry-run', async () => {
    const revision = await desk.apply(sampleYaml);
    const file = await desk.file('s.yaml', sampleWithWeights(1, 2));
    const run = await desk.run('strategy', 'apply', '-f', file, '--dry-run', '-o', 'json');
    expect(JSON.parse(run.out)).toMatchObject({ dryRun: true, changed: false, revision });
    expect((await desk.store.get(desk.keys.strategy)).revision).toBe(revision);
  });

  it('obeys --if-revision and names who was faster', async () => {
    const revision = await desk.apply(sampleYaml);
    await desk.apply(sampleWithWeights(1, 2), '--by', 'bob@pub', '--reason', 'for fun');
    const run = await desk.run(
      'weights',
      'set',
      'default',
      'cn-hangzhou=5',
      '--yes',
      '--if-revision',
      `${revision}`,
    );
    expect(run.code).toBe(4);
    expect(run.err).toContain('alice@desk');
    expect(run.err).toMatch(/bob@pub at 2026-01-01T00:00:00.000Z \(strategy apply, history 2: for fun\)/);
  });

  it('reads standard input, and then needs --yes', async () => {
    expect(
      (await desk.runWith({ input: sampleYaml, answers: [] }, 'strategy', 'apply', '-f', '-')).code,
    ).toBe(2);
    expect((await desk.runWith({ input: sampleYaml }, 'strategy', 'apply', '-f', '-', '--yes')).code).toBe(0);
  });
});

describe('strategy get, history, show, diff, rollback', () => {
  it('goes back to what was, as a change of its own', async () => {
    await desk.apply(sampleYaml);
    await desk.apply(sampleWithWeights(1, 2), '--reason', 'a try');
    const back = await desk.run('strategy', 'rollback', '1', '--yes', '--reason', 'it failed');
    expect(back).toMatchObject({ code: 0 });
    const history = JSON.parse((await desk.run('strategy', 'history', '-o', 'json')).out) as object[];
    expect(history).toMatchObject([
      { seq: 3, action: 'strategy rollback', reason: 'it failed' },
      { seq: 2, action: 'strategy apply', reason: 'a try' },
      { seq: 1 },
    ]);
    const digests = history.map((entry) => (entry as { digest: string; parent?: string }).digest);
    expect(digests[0]).toBe(digests[2]);
    expect((history[0] as { parent?: string }).parent).toBe(digests[1]);
    expect((await desk.run('strategy', 'diff', '1')).out).toContain('are the same');
    expect(await desk.run('strategy', 'diff', '1', '2', '--exit-code')).toMatchObject({ code: 8 });
    expect((await desk.run('strategy', 'show', '2')).out).toContain('a try');
    expect(await desk.run('strategy', 'show', '9')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the newest is 3') as string,
    });
  });

  it('prints what can be applied again', async () => {
    const revision = await desk.apply(sampleYaml);
    const { out } = await desk.run('strategy', 'get');
    expect(out).toContain(`revision ${revision}`);
    const file = await desk.file('again.yaml', out);
    expect(await desk.run('strategy', 'diff', '-f', file, '--exit-code')).toMatchObject({ code: 0 });
  });

  it('finds the end of a long history without listing it', async () => {
    for (let weight = 1; weight <= 37; weight += 1) await desk.apply(sampleWithWeights(weight, 1));
    const entries = JSON.parse(
      (await desk.run('strategy', 'history', '--limit', '2', '-o', 'json')).out,
    ) as object[];
    expect(entries).toMatchObject([{ seq: 37 }, { seq: 36 }]);
  });

  it('says what to do where there is no strategy', async () => {
    for (const words of [['get'], ['edit', '--yes'], ['diff', '-f', await desk.file('s.yaml', sampleYaml)]]) {
      const run = await desk.run('strategy', ...words);
      expect(run).toMatchObject({ code: 1 });
      expect(run.err).toContain('wayctl strategy apply -f FILE');
    }
  });

  it('reads and replaces a strategy that somebody broke by hand', async () => {
    await desk.put(desk.keys.strategy, '{"schemaVersion": 1, broken');
    expect(await desk.run('weights', 'set', 'default', 'cn-hangzhou=1', '--yes')).toMatchObject({ code: 3 });
    expect((await desk.run('status')).out).toContain('strategy at revision');
    await desk.apply(sampleYaml);
    expect(await desk.run('weights', 'set', 'default', 'cn-hangzhou=1', '--yes')).toMatchObject({ code: 0 });
  });
});

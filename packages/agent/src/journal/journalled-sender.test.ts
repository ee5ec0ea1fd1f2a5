import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcomeOf, parseStrategy } from '@waystation/core';
import type { Message, OutcomeClass, Strategy } from '@waystation/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import type { SendResult } from '../send/send-result.ts';
import { messageTo, realClock, silentLog } from '../testing/send-fixture.ts';
import { networkFileSystemName } from './journal-folder.ts';
import { Journal } from './journal.ts';
import type { JournalOptions } from './journal.ts';
import { JournalledSender } from './journalled-sender.ts';

const candidate = { channel: 'one', host: 'one:443', account: 'main', credential: 'main' };
const second = { channel: 'two', host: 'two:443', account: 'main', credential: 'main' };

/** A sender that makes the attempts it is told to, as the real one does, and counts what it wrote. */
class ScriptedSender implements MessageSender {
  texts = 0;
  /** What each further attempt ends with; `never` leaves it open for ever. */
  script: (OutcomeClass | 'never')[] = [];
  /** Held back until it is resolved. */
  gate: Promise<void> = Promise.resolve();

  /** Tells what an attempt came to after its message was answered. */
  late: SendOptions['onLate'];

  async send(message: Message, { id = 'none', attempts, onLate }: SendOptions): Promise<SendResult> {
    this.late = onLate;
    const facts = { id, revision: 3, route: 'default' };
    const records: { channel: string; outcome: OutcomeClass; ms: number }[] = [];
    for (const one of [candidate, second]) {
      await attempts?.starting({
        candidate: one,
        outId: message.outId ?? id,
        revision: 3,
        route: 'default',
        unique: message.outId === undefined,
        templateCode: message.templateCode,
        rule: { onUnknownOutcome, afterReconcile: 'resend', afterInconclusive: 'fail' },
        lastsMs: 5000,
      });
      await this.gate;
      const outcome = this.script.shift() ?? 'accepted';
      if (outcome === 'never') return new Promise(() => undefined);
      if (outcome === 'accepted' || outcome === 'unknown') this.texts += 1;
      attempts?.ended(outcomeOf(outcome, { reason: 'told so', written: outcome !== 'unavailable' }));
      records.push({ channel: one.channel, outcome, ms: 1 });
      const result = { ...facts, attempts: records };
      if (outcome === 'accepted') return { ...result, kind: 'accepted', channel: one.channel, bizId: 'b-1' };
      if (outcome === 'unknown') return { ...result, kind: 'unknown', reason: 'it may have been sent' };
      if (outcome === 'rejected')
        return { ...result, kind: 'rejected', reason: 'no such number 13800138000' };
      if (outcome === 'limited') return { ...result, kind: 'number-limited', retryAfterMs: 1000 };
    }
    return { ...facts, attempts: records, kind: 'no-channel', reason: 'nobody took it', retryAfterMs: 1000 };
  }
}

let dataDir: string;
let folders: string[] = [];
let opened: { journal: Journal; sender: JournalledSender }[] = [];
let behind: ScriptedSender;
let onUnknownOutcome: Strategy['routes'][number]['onUnknownOutcome'] = 'fail';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ws-journal-'));
  folders = [dataDir];
  behind = new ScriptedSender();
  onUnknownOutcome = 'fail';
});
afterEach(async () => {
  // A message that is left open for ever is not waited for.
  for (const { journal } of opened) await journal.stop();
  opened = [];
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function open(options: Partial<JournalOptions> = {}, wallTime = () => Date.now()) {
  const clock = { ...realClock, wallTime };
  const journal = new Journal(
    { clock, log: silentLog },
    { dataDir, maxBytes: 1_000_000, retentionMs: 3_600_000, reopenMs: 0, ...options },
  );
  await journal.start();
  const sender = new JournalledSender({ sender: behind, journal, clock, strategy });
  const one = { journal, sender };
  opened.push(one);
  return one;
}

async function close({ journal, sender }: { journal: Journal; sender: JournalledSender }): Promise<void> {
  opened = opened.filter((one) => one.journal !== journal);
  await sender.settled();
  await journal.stop();
}

function strategy(): Strategy {
  const parsed = parseStrategy({
    schemaVersion: 1,
    channels: { one: { provider: 'aliyun', regionId: 'cn-hangzhou' } },
    routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['one'] }, onUnknownOutcome }],
  });
  if (!parsed.ok) throw new Error('the strategy of this test is no strategy');
  return parsed.strategy;
}

const message = messageTo('13800138000');
const keyed = (idempotencyKey: string, more: SendOptions = {}): SendOptions => ({ idempotencyKey, ...more });

/** Goes on from what the disk holds while the last attempt of a script is under way, as a killed process leaves it. */
async function crashWithAttemptOpen(key: string, script: ScriptedSender['script']): Promise<void> {
  const first = await open();
  behind.script = script;
  void first.sender.send(message, keyed(key));
  await expect.poll(() => behind.script.length, { timeout: 15_000 }).toBe(0);
  expect(first.journal.state.unfinished).toBe(1);
  const copy = await mkdtemp(join(tmpdir(), 'ws-journal-'));
  folders.push(copy);
  await cp(join(dataDir, 'journal'), join(copy, 'journal'), { recursive: true });
  dataDir = copy;
}

describe('a key', () => {
  it('replays what was accepted and what was rejected, through a restart', async () => {
    const first = await open();
    const sent = await first.sender.send(message, keyed('a'));
    expect(sent).toMatchObject({ kind: 'accepted', bizId: 'b-1' });
    expect(sent).not.toHaveProperty('replayed');
    await first.sender.settled();
    expect(await first.sender.send(message, keyed('a'))).toEqual({ ...sent, replayed: true });
    behind.script = ['rejected'];
    const rejected = await first.sender.send(message, keyed('b'));
    expect(rejected.kind).toBe('rejected');
    await close(first);
    const again = await open();
    expect(await again.sender.send(message, keyed('a'))).toEqual({ ...sent, replayed: true });
    expect(await again.sender.send(message, keyed('b'))).toMatchObject({
      ...rejected,
      replayed: true,
      reason: 'no such number 138****8000',
    });
    expect(behind.texts).toBe(1);
    expect(await again.sender.find(sent.id)).toEqual(sent);
  });

  it('belongs to one message: numbers, sign, template, parameters, OutId and route', async () => {
    const { sender } = await open();
    const params = { code: '1', name: 'x' };
    const sent = await sender.send({ ...message, templateParam: params }, keyed('a'));
    await sender.settled();
    const same = { ...message, templateParam: { name: 'x', code: '1' } };
    expect(await sender.send(same, keyed('a', { timeoutMs: 5, traceparent: 't' }))).toMatchObject({
      replayed: true,
    });
    const others: [Message, SendOptions][] = [
      [{ ...same, templateParam: { name: 'x', code: '2' } }, {}],
      [{ ...same, outId: 'o' }, {}],
      [{ ...same, signName: 's' }, {}],
      [messageTo('13800138001', { templateParam: params }), {}],
      [same, { route: 'default' }],
    ];
    for (const [other, options] of others) {
      expect(await sender.send(other, keyed('a', options))).toMatchObject({
        kind: 'key-reused',
        id: sent.id,
      });
    }
    expect(behind.texts).toBe(1);
  });

  it('sends once for many that come with it at the same moment', async () => {
    const { sender } = await open();
    let release = (): void => undefined;
    behind.gate = new Promise((resolve) => (release = resolve));
    const many = Array.from({ length: 20 }, () => sender.send(message, keyed('a', { timeoutMs: 60_000 })));
    const other = await sender.send({ ...message, outId: 'o' }, keyed('a'));
    expect(other.kind).toBe('key-reused');
    const waited = await sender.send(message, keyed('a', { timeoutMs: 50 }));
    expect(waited.kind).toBe('in-progress');
    expect(await sender.find(waited.id)).toMatchObject({ kind: 'in-progress' });
    release();
    const results = await Promise.all(many);
    expect(new Set(results.map(({ id }) => id))).toEqual(new Set([waited.id]));
    expect(results.filter(({ replayed }) => replayed === true)).toHaveLength(19);
    expect(behind.texts).toBe(1);
  });

  it.each(['unavailable', 'limited', 'throttled'] as const)('is free again after %s', async (outcome) => {
    const { sender, journal } = await open();
    behind.script = [outcome, outcome];
    const first = await sender.send(message, keyed('a'));
    expect(['no-channel', 'number-limited']).toContain(first.kind);
    await sender.settled();
    expect(journal.state).toMatchObject({ unfinished: 0, done: 0, bytes: 0 });
    behind.script = [];
    const other = { ...message, outId: 'another message' };
    expect(await sender.send(other, keyed('a'))).toMatchObject({ kind: 'accepted' });
    expect(behind.texts).toBe(1);
  });

  it('is held after an unknown outcome, and its repeat sends nothing', async () => {
    const { sender } = await open();
    behind.script = ['unknown'];
    const unknown = await sender.send(message, keyed('a'));
    await sender.settled();
    expect(await sender.send(message, keyed('a'))).toEqual(unknown);
    // A later strategy's route may have the same name by accident: what the first one said stands.
    onUnknownOutcome = 'resend';
    expect(await sender.send(message, keyed('a'))).toEqual(unknown);
    expect(behind.texts).toBe(1);
  });

  it('is sent again after an unknown outcome where its route wanted that, whatever a later one says', async () => {
    const { sender } = await open();
    onUnknownOutcome = 'resend';
    behind.script = ['unknown'];
    const unknown = await sender.send(message, keyed('a'));
    await sender.settled();
    onUnknownOutcome = 'fail';
    behind.script = ['unavailable', 'unavailable'];
    const { attempts, ...rest } = unknown;
    expect(await sender.send(message, keyed('a'))).toMatchObject(rest);
    await sender.settled();
    expect(attempts).toHaveLength(1);
    expect(behind.texts).toBe(1);
    const resent = await sender.send(message, keyed('a'));
    expect(resent).toMatchObject({ kind: 'accepted', id: unknown.id });
    await sender.settled();
    expect(await sender.send(message, keyed('a'))).toMatchObject({ kind: 'accepted', replayed: true });
    expect(behind.texts).toBe(2);
  });
});

describe('a crash', () => {
  it('is settled by an answer that comes after its message was told as unknown', async () => {
    const first = await open();
    behind.script = ['unknown'];
    const { id, attempts } = await first.sender.send(message, keyed('a'));
    behind.late?.({ kind: 'accepted', id, attempts, revision: 3, channel: 'one', bizId: 'late' });
    await close(first);
    const again = await open();
    expect(await again.sender.send(message, keyed('a'))).toMatchObject({
      kind: 'accepted',
      bizId: 'late',
      replayed: true,
    });
    expect(behind.texts).toBe(1);
  });

  it('leaves an attempt without result: held as unknown, also after the next start', async () => {
    await crashWithAttemptOpen('a', ['never']);
    for (let start = 0; start < 2; start += 1) {
      const next = await open();
      const held = await next.sender.send(message, keyed('a'));
      expect(held).toMatchObject({ kind: 'unknown', attempts: [{ channel: 'one', outcome: 'unknown' }] });
      expect(await next.sender.find(held.id)).toEqual(held);
      expect(next.journal.troubles).toEqual([]);
      await close(next);
    }
    expect(behind.texts).toBe(0);
  });

  it('knows the results of the attempts before the last', async () => {
    await crashWithAttemptOpen('a', ['unavailable', 'never']);
    const next = await open();
    const { attempts } = await next.sender.send(message, keyed('a'));
    expect(attempts.map(({ channel, outcome }) => `${channel} ${outcome}`)).toEqual([
      'one unavailable',
      'two unknown',
    ]);
    expect(behind.texts).toBe(0);
  });
});

describe('what is kept', () => {
  it('has no number, no parameter and no key once the message is over, sealed or not', async () => {
    const planted = messageTo('13912345678', { templateParam: { code: 'planted-4071' } });
    const { sender, journal } = await open();
    behind.script = ['unavailable', 'accepted'];
    await sender.send(planted, keyed('planted-key'));
    await sender.settled();
    const now = await journal.opened();
    const entry = now.open ? now.stock.get(now.stock.placeOf('planted-key', '').name)?.entry : undefined;
    expect(entry).toMatchObject({ state: 'done', numbers: ['139****5678'] });
    expect(JSON.stringify(entry)).not.toMatch(/planted|13912345678/);
    await close({ sender, journal });
    for (const name of await readdir(join(dataDir, 'journal'))) {
      const path = join(dataDir, 'journal', name);
      expect([name, (await stat(path)).mode & 0o777]).toEqual([name, 0o600]);
      expect((await readFile(path)).toString('latin1')).not.toMatch(/planted|13912345678|cn-hangzhou/);
    }
  });

  it('shows a message of unknown outcome without a key', async () => {
    const first = await open();
    behind.script = ['unknown'];
    const unknown = await first.sender.send(message, {});
    await close(first);
    expect(await (await open()).sender.find(unknown.id)).toEqual(unknown);
  });

  it('stays within its bound: the oldest that are over go first, and open ends refuse what is new', async () => {
    let wallTime = 1_000_000;
    const { sender, journal } = await open({ maxBytes: 20_000 }, () => (wallTime += 1000));
    for (let at = 0; at < 60; at += 1) {
      expect((await sender.send(message, keyed(`k${String(at)}`))).kind).toBe('accepted');
      await sender.settled();
    }
    expect(journal.state.bytes).toBeLessThanOrEqual(20_000);
    expect(journal.state.done).toBeLessThan(60);
    expect(await sender.send(message, keyed('k59'))).toMatchObject({ replayed: true });
    expect(await sender.send(message, keyed('k0'))).not.toHaveProperty('replayed');
    const kinds = [];
    for (let at = 0; at < 60; at += 1) {
      behind.script = ['unknown'];
      kinds.push((await sender.send(message, keyed(`u${String(at)}`))).kind);
      await sender.settled();
    }
    expect(kinds[0]).toBe('unknown');
    expect(kinds.at(-1)).toBe('no-journal');
    expect(await sender.send(message, keyed('u0'))).toMatchObject({ kind: 'unknown' });
  });

  it('is forgotten after its time', async () => {
    let wallTime = 1_000_000;
    const first = await open({}, () => wallTime);
    await first.sender.send(message, keyed('a'));
    await close(first);
    wallTime += 3_600_001;
    const later = await open({}, () => wallTime);
    await later.journal.opened();
    await expect.poll(() => later.journal.state.done, { timeout: 15_000 }).toBe(0);
    expect(await later.sender.send(message, keyed('a'))).not.toHaveProperty('replayed');
  });
});

describe('a journal that cannot be used', () => {
  it('of a newer version is refused', async () => {
    await close(await open());
    await writeFile(join(dataDir, 'journal', 'format'), '3\n');
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_TOO_NEW' });
  });

  it('of an older version is taken over', async () => {
    const first = await open();
    await first.sender.send(message, keyed('a'));
    await close(first);
    const folder = join(dataDir, 'journal');
    for (const name of ['log-a', 'log-b']) await rm(join(folder, name));
    await writeFile(join(folder, 'format'), '1\n');
    const next = await open();
    expect(await next.sender.send(message, keyed('a'))).toMatchObject({ kind: 'accepted', replayed: true });
    expect(next.journal.troubles).toEqual([]);
    expect(await readFile(join(folder, 'format'), 'utf8')).toBe('2\n');
  });

  it.each([
    ['garbage', (path: string) => writeFile(path, Buffer.alloc(40_000, 'x'))],
    ['a piece', (path: string) => truncate(path, 10_000)],
  ])('that is %s is set aside, with an alert', async (_what, damage) => {
    const first = await open();
    for (let at = 0; at < 50; at += 1) await first.sender.send(message, keyed(`k${String(at)}`));
    await close(first);
    await damage(join(dataDir, 'journal', 'data.mdb'));
    // A process that was killed left it so.
    await writeFile(join(dataDir, 'journal', 'open'), '');
    const next = await open();
    expect(await next.sender.send(message, keyed('k1'))).toMatchObject({ kind: 'accepted' });
    expect(next.journal.troubles.join()).toMatch(/set aside as .*journal\.damaged-/);
  });

  it('whose own key is gone is set aside; a given key that is wrong is an error', async () => {
    const given = Buffer.alloc(32, 1);
    const first = await open({ key: given });
    await first.sender.send(message, keyed('a'));
    await close(first);
    const wrong = await open({ key: Buffer.alloc(32, 2) });
    expect(await wrong.sender.send(message, keyed('a'))).toMatchObject({ kind: 'no-journal' });
    await close(wrong);
    const right = await open({ key: given });
    expect(await right.sender.send(message, keyed('a'))).toMatchObject({ replayed: true });
    await close(right);
    const own = await open();
    expect(await own.sender.send(message, keyed('a'))).toMatchObject({ kind: 'accepted' });
    expect(own.journal.troubles.join()).toMatch(/set aside/);
  });

  it('is refused where it cannot be a folder, or is shared between hosts', async () => {
    expect([networkFileSystemName(0x6969), networkFileSystemName(0xef53)]).toEqual(['NFS', undefined]);
    await writeFile(join(dataDir, 'journal'), 'no folder');
    await expect(open()).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
  });
});

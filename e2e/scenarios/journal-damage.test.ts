import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { failures } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sendKeyed } from '../harness/keyed-send.ts';
import { ProcessEnded } from '../harness/process.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();
const keys = Array.from({ length: 20 }, (_, at) => `done-${String(at)}`);

const garbage = (bytes: Buffer): Buffer => Buffer.alloc(bytes.length, 'x');
/** The first two pages, which LMDB looks at when it opens a file, are as they were. */
const garbageBehind = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, 8192), garbage(bytes)]);

/** An agent whose database has what an earlier process did with keys. */
async function withKeys(dataDir: string): Promise<AgentProcess> {
  const set = scene();
  await set.apply(set.strategy());
  const first = await set.agent({ dataDir });
  for (const key of keys) expect(await sendKeyed(first, key)).toMatchObject({ status: 200 });
  // A stop moves what is logged.
  await first.stop();
  const agent = await set.agent({ dataDir });
  await agent.until('has its keys', ({ journal }) => {
    expect(journal).toMatchObject({ open: true, done: keys.length });
  });
  return agent;
}

/** Starts an agent and sends by it; no answer where it ended before. */
async function startAndSend(dataDir: string, key: string) {
  const agent = await scene().agent({ dataDir }, false);
  try {
    await agent.ready();
  } catch (error) {
    if (error instanceof ProcessEnded) return { agent, answer: undefined };
    throw error;
  }
  return { agent, answer: await sendKeyed(agent, key) };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function damage(dataDir: string, by: (bytes: Buffer) => Buffer): Promise<Buffer> {
  const file = join(dataDir, 'journal', 'data.mdb');
  const damaged = by(await readFile(file));
  await writeFile(file, damaged);
  return damaged;
}

const asideIn = async (dataDir: string): Promise<readonly string[]> =>
  (await readdir(dataDir)).filter((name) => name.startsWith('journal.damaged-'));

const alertsOf = ({ process }: AgentProcess) =>
  process.records.filter((record) => record['alert'] === 'journal-set-aside');

/** The agent has set one journal aside, and said so; the damaged file lies there as it was. */
async function expectSetAside(agent: AgentProcess, dataDir: string, damaged: Buffer): Promise<void> {
  const [alert, ...others] = alertsOf(agent);
  expect(others).toEqual([]);
  const [aside = '', ...more] = await asideIn(dataDir);
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ level: 'error', msg: 'journal set aside', path: join(dataDir, aside) });
  expect((await readFile(join(dataDir, aside, 'data.mdb'))).equals(damaged)).toBe(true);
  expect((await agent.status()).warnings.join()).toContain('the journal was set aside as');
}

it.each([
  ['garbage', garbage],
  ['garbage behind its first pages', garbageBehind],
])('killed, and its journal is %s: it starts, says so, and sends', async (_what, by) => {
  const set = scene();
  const dataDir = set.path('data');
  await (await withKeys(dataDir)).kill();
  expect(await isThere(join(dataDir, 'journal', 'open'))).toBe(true);
  const damaged = await damage(dataDir, by);

  const agent = await set.agent({ dataDir });
  expect(await sendKeyed(agent, 'after')).toMatchObject({ status: 200, replayed: false });
  expect(failures(await set.application(agent).sendMany(10, 2))).toEqual([]);
  await expectSetAside(agent, dataDir, damaged);
  // What it knew is forgotten, as the warning says.
  expect(await sendKeyed(agent, keys[0] ?? '')).toMatchObject({ status: 200, replayed: false });
  await agent.stop();

  const next = await set.agent({ dataDir });
  expect(await sendKeyed(next, 'after')).toMatchObject({ status: 200, replayed: true });
  expect(alertsOf(next)).toEqual([]);
  expect(await asideIn(dataDir)).toHaveLength(1);
  await next.stop();
});

it.each([
  ['garbage', garbage],
  ['garbage behind its first pages', garbageBehind],
])('stopped, and its journal becomes %s: it serves by its second start at the latest', async (what, by) => {
  const set = scene();
  const dataDir = set.path('data');
  const key = `after ${what}`.replaceAll(' ', '-');
  await (await withKeys(dataDir)).stop();
  expect(await isThere(join(dataDir, 'journal', 'open'))).toBe(false);
  const damaged = await damage(dataDir, by);

  // LMDB, which trusts what was closed, may end the process that opens it, once.
  let { agent, answer } = await startAndSend(dataDir, key);
  if (answer === undefined) {
    await eventually('the first start has ended', () => {
      expect(agent.process.exit).toBeDefined();
    });
    ({ agent, answer } = await startAndSend(dataDir, key));
  }
  expect(answer).toMatchObject({ status: 200, replayed: false });
  await expectSetAside(agent, dataDir, damaged);
  expect(failures(await set.application(agent).sendMany(10, 2))).toEqual([]);
  await agent.stop();

  const next = await set.agent({ dataDir });
  expect(await sendKeyed(next, key)).toMatchObject({ status: 200, replayed: true });
  expect(await asideIn(dataDir)).toHaveLength(1);
  expect((await set.simulator.texts()).filter(({ outId }) => outId === key)).toHaveLength(1);
  await next.stop();
});

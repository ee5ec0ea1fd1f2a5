import { agentReportSchema, fleetKeys } from '@waystation/core';
import { MemoryStore } from '@waystation/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentFixture, strategy } from './testing/agent-fixture.ts';
import type { StartedAgent } from './testing/agent-fixture.ts';

const patience = { timeout: 20_000, interval: 20 };
const keys = fleetKeys({ env: 'test', fleet: 'default' });

let fixture: AgentFixture;
let store: MemoryStore;
beforeEach(async () => {
  fixture = new AgentFixture();
  store = new MemoryStore({ signOfLifeMs: 500 });
  await fixture.open();
});
afterEach(async () => {
  store.heal();
  await fixture.close();
});

async function put(key: string, value: unknown): Promise<number> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return (await store.transact([], [{ type: 'put', key, value: text }])).revision;
}

async function report(): Promise<unknown> {
  const { entry } = await store.get(keys.agent('agent-1'));
  return entry === undefined ? undefined : agentReportSchema.parse(JSON.parse(entry.value));
}

/** Waits until the agent routes by what is expected. */
async function routesBy(agent: StartedAgent, expected: object): Promise<void> {
  await expect.poll(async () => (await agent.status())['strategy'], patience).toMatchObject(expected);
}

describe('an agent that follows a store', () => {
  it('is ready after its first list, follows every change, and reports what it routes by', async () => {
    const first = await put(keys.strategy, strategy('a'));
    const agent = await fixture.start({}, store);
    await routesBy(agent, { revision: first, source: 'etcd' });
    await expect.poll(report, patience).toMatchObject({
      agentId: 'agent-1',
      version: '1.2.3',
      labels: { team: 'sms' },
      routing: { revision: first },
    });
    const second = await put(keys.strategy, strategy('a', 'b'));
    await routesBy(agent, { revision: second });
    await expect
      .poll(report, patience)
      .toMatchObject({ routing: { revision: second, source: 'etcd' }, channels: { b: { drained: false } } });
    await fixture.stop(agent);
    // The agent has closed the store with everything else.
    store.heal();
    expect(await report()).toBeUndefined();
  });

  it('says what is missing while the store holds no strategy, and takes the first', async () => {
    const agent = await fixture.start({}, store);
    await expect
      .poll(() => agent.ready(), patience)
      .toEqual([
        503,
        {
          ready: false,
          reasons: [expect.stringMatching(/there is no strategy at .*routing.strategy$/) as string],
        },
      ]);
    const revision = await put(keys.strategy, strategy('a'));
    await routesBy(agent, { revision });
  });

  it('keeps the last good strategy, reports the refusal, and drains even so', async () => {
    const good = await put(keys.strategy, strategy('a', 'b'));
    const agent = await fixture.start({}, store);
    await routesBy(agent, { revision: good });
    const bad = await put(keys.strategy, '{"schemaVersion":1}');
    await expect
      .poll(report, patience)
      .toMatchObject({ routing: { revision: good }, refused: { revision: bad } });
    await put(keys.override('a'), { kind: 'drain', reason: 'works' });
    await expect
      .poll(report, patience)
      .toMatchObject({ channels: { a: { drained: true }, b: { drained: false } } });
    expect(await agent.status()).toMatchObject({ ready: true, strategy: { revision: good } });
    const better = await put(keys.strategy, strategy('b'));
    await routesBy(agent, { revision: better });
    await expect.poll(report, patience).not.toHaveProperty('refused');
  });

  it('serves on when the strategy is deleted, and says so', async () => {
    const revision = await put(keys.strategy, strategy('a'));
    const agent = await fixture.start({}, store);
    await routesBy(agent, { revision });
    await store.transact([], [{ type: 'delete', key: keys.strategy }]);
    await expect
      .poll(async () => (await agent.status())['warnings'], patience)
      .toContain(`there is no strategy at ${keys.strategy}`);
    expect(await agent.status()).toMatchObject({ ready: true, strategy: { revision } });
  });

  it('follows drains when it starts from its cache while the strategy is deleted', async () => {
    const revision = await put(keys.strategy, strategy('a', 'b'));
    await put(keys.override('a'), { kind: 'drain' });
    const first = await fixture.start({}, store);
    await routesBy(first, { revision });
    await fixture.stop(first);
    store.heal();
    await store.transact([], [{ type: 'delete', key: keys.strategy }]);
    await store.transact([], [{ type: 'delete', key: keys.override('a') }]);
    const drained = async (agent: StartedAgent): Promise<unknown> => (await agent.status())['channels'];
    const second = await fixture.start({}, store);
    await expect
      .poll(() => drained(second), patience)
      .toMatchObject([
        { name: 'a', drained: false },
        { name: 'b', drained: false },
      ]);
    await put(keys.override('b'), { kind: 'drain', reason: 'works' });
    await expect.poll(() => drained(second), patience).toMatchObject([{}, { name: 'b', drained: true }]);
    expect(await second.status()).toMatchObject({ ready: true, strategy: { revision, source: 'cache' } });
    await fixture.stop(second);
    store.failCalls();
    const third = await fixture.start({}, store);
    expect(await drained(third)).toMatchObject([{ drained: false }, { name: 'b', drained: true }]);
  });

  it('goes on without its store, says since when, and catches up', async () => {
    await put(keys.strategy, strategy('a'));
    const agent = await fixture.start({}, store);
    await routesBy(agent, { source: 'etcd' });
    store.failCalls();
    await expect
      .poll(async () => (await agent.status())['stale'], patience)
      .toMatchObject({ since: expect.any(String) as string, reason: 'the store was told to fail' });
    expect(await agent.ready()).toEqual([200, { ready: true, reasons: [] }]);
    store.heal();
    const revision = await put(keys.strategy, strategy('b'));
    await routesBy(agent, { revision });
    await expect.poll(async () => (await agent.status())['stale'], patience).toBeUndefined();
  });

  it('puts its report again after its lease was lost', async () => {
    await put(keys.strategy, strategy('a'));
    await fixture.start({}, store);
    await expect.poll(report, patience).toBeDefined();
    store.failCalls();
    store.loseLeases();
    store.heal();
    expect(await report()).toBeUndefined();
    await expect.poll(report, patience).toMatchObject({ agentId: 'agent-1' });
  });

  it('starts from its cache while the store is away, drains included, and takes a restored store', async () => {
    const saved = store.save();
    const revision = await put(keys.strategy, strategy('a', 'b'));
    await put(keys.override('a'), { kind: 'drain' });
    const first = await fixture.start({}, store);
    await routesBy(first, { revision });
    await fixture.stop(first);
    store.failCalls();
    const second = await fixture.start({}, store);
    expect(await second.status()).toMatchObject({
      ready: true,
      strategy: { revision, source: 'cache' },
      channels: [
        { name: 'a', drained: true },
        { name: 'b', drained: false },
      ],
    });
    store.restore(saved);
    store.heal();
    const lower = await put(keys.strategy, strategy('c'));
    expect(lower).toBeLessThanOrEqual(revision);
    await routesBy(second, { revision: lower, source: 'etcd' });
  });

  it('looks again at a refused strategy when this host has changed', async () => {
    await put(keys.strategy, strategy('forbidden'));
    const agent = await fixture.start({}, store);
    await expect
      .poll(async () => (await agent.status())['refused'], patience)
      .toMatchObject({ reason: 'forbidden is not allowed here' });
    agent.sendSide.allowed = true;
    agent.agent.reconsider();
    expect(await agent.status()).toMatchObject({ ready: true, channels: [{ name: 'forbidden' }] });
    expect(await agent.status()).not.toHaveProperty('refused');
  });
});

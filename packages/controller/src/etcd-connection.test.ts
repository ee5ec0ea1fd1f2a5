import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@waystation/core/testing';
import { startEtcd } from '@waystation/etcd/testing';
import type { TestEtcd } from '@waystation/etcd/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantEtcdAccess, openEtcdStore } from './etcd-connection.ts';
import { runWayctl } from './run-wayctl.ts';
import { sampleWithWeights, sampleYaml } from './testing/sample-strategy.ts';
import { KeptOutput, makeWorld } from './testing/test-world.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wayctl-etcd-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** Runs wayctl in this process against a real etcd. */
async function wayctl(...argv: readonly string[]) {
  const [out, err] = [new KeptOutput(false), new KeptOutput(false)];
  const world = makeWorld({ tempDir: folder, clock: new VirtualClock() }, out, err);
  const code = await runWayctl(argv, { ...world, openStore: openEtcdStore, grantAccess: grantEtcdAccess });
  return { code, out: out.text, err: err.text };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('an etcd with users', () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    etcd = await startEtcd({ auth: { user: 'boss', password: 'hunter2' } });
    const root = await as('root', 'hunter2');
    const users = ['agent', 'operator', 'viewer'].map(async (kind) => [
      '--user',
      `${kind}=${kind}:${await file(`${kind}.new`, `${kind}-secret\n`)}`,
    ]);
    const argv = ['etcd', 'roles', '--create', ...(await Promise.all(users)).flat()];
    expect(await wayctl(...root, ...argv)).toMatchObject({ code: 0, err: '' });
    // A second time it finds everything there.
    expect(await wayctl(...root, ...argv)).toMatchObject({ code: 0, err: '' });
    const first = ['strategy', 'apply', '-f', await file('first.yaml', sampleYaml)];
    expect(await wayctl(...root, ...first)).toMatchObject({ code: 0, err: '' });
  });
  afterAll(async () => {
    await etcd.stop();
  });

  const as = async (user: string, password: string): Promise<string[]> => [
    '--endpoints',
    etcd.endpoint,
    '--etcd-user',
    user,
    '--etcd-password-file',
    await file(`${user}.password`, `${password}\n`),
  ];

  const leaseOf = async (key: string): Promise<number> => {
    const { kvs } = JSON.parse(await etcd.etcdctl(['get', key, '-w', 'json'])) as {
      kvs: { lease?: number }[];
    };
    return kvs[0]?.lease ?? 0;
  };

  it('lets an operator work, a viewer look on, and an agent do neither', async () => {
    const operator = await as('operator', 'operator-secret');
    const strategy = await file('s.yaml', sampleWithWeights(5, 6));
    expect(await wayctl(...operator, 'strategy', 'apply', '-f', strategy, '-y')).toMatchObject({ code: 0 });
    expect(await wayctl(...operator, 'weights', 'set', 'default', 'cn-hangzhou=1', '-y')).toMatchObject({
      code: 0,
    });

    const viewer = await as('viewer', 'viewer-secret');
    expect(await wayctl(...viewer, 'status')).toMatchObject({ code: 0 });
    const refused = await wayctl(...viewer, 'weights', 'set', 'default', 'cn-hangzhou=2', '--yes');
    expect(refused).toMatchObject({ code: 7 });
    expect(refused.err).toContain('STORE_FORBIDDEN');

    const agent = await as('agent', 'agent-secret');
    expect(await wayctl(...agent, 'strategy', 'get')).toMatchObject({ code: 0 });
    expect(await wayctl(...agent, 'strategy', 'history')).toMatchObject({ code: 7 });
    expect(await wayctl(...agent, 'strategy', 'apply', '-f', strategy, '--yes')).toMatchObject({ code: 7 });
    expect(await wayctl(...operator, '--env', 'elsewhere', 'status')).toMatchObject({ code: 7 });
  });

  it('tells a wrong password from everything else, and never prints it', async () => {
    for (const words of [
      ['status'],
      ['strategy', 'apply', '-f', await file('s.yaml', sampleWithWeights(3, 4)), '-y'],
    ]) {
      const run = await wayctl(...(await as('operator', 'a-wrong-secret')), ...words);
      expect(run.code).toBe(7);
      expect(run.err).toContain('STORE_UNAUTHENTICATED');
      expect(run.err).not.toContain('a-wrong-secret');
    }
    expect(await wayctl('--endpoints', etcd.endpoint, 'status')).toMatchObject({ code: 7 });
  });

  it('lets etcd end a drain that has an end', async () => {
    const operator = await as('operator', 'operator-secret');
    const argv = ['channel', 'drain', 'cn-hangzhou', '--for', '30m', '--reason', 'maintenance', '--yes'];
    expect(await wayctl(...operator, ...argv)).toMatchObject({ code: 0, err: '' });
    const key = '/waystation/default/default/routing/overrides/cn-hangzhou';
    expect(await leaseOf(key)).not.toBe(0);
    // Drained anew without an end, it has none.
    const forever = ['channel', 'drain', 'cn-hangzhou', '--reason', 'for good', '--yes'];
    expect(await wayctl(...operator, ...forever)).toMatchObject({ code: 0 });
    expect(await leaseOf(key)).toBe(0);
  });
});

describe('an etcd behind TLS', () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    etcd = await startEtcd({ tls: true });
  });
  afterAll(async () => {
    await etcd.stop();
  });

  it('works with its authority, and says what is wrong without', async () => {
    const ca = etcd.certificates?.ca ?? '';
    expect(await wayctl('--endpoints', etcd.endpoint, '--etcd-ca', ca, 'status')).toMatchObject({ code: 0 });
    const untrusted = await wayctl('--endpoints', etcd.endpoint, 'status');
    expect(untrusted.code).toBe(5);
    expect(untrusted.err).toContain('STORE_TLS_FAILED');
    const missing = await wayctl('--endpoints', etcd.endpoint, '--etcd-ca', '/nowhere/ca.pem', 'status');
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.err).toContain('--etcd-ca must name a file that can be read');
  });
});

it('says that etcd is away', async () => {
  const port = await unusedPort();
  const run = await wayctl('--endpoints', `http://127.0.0.1:${String(port)}`, 'status');
  expect(run.code).toBe(5);
  expect(run.err).toContain(`127.0.0.1:${String(port)}`);
  expect(run.err).toContain('STORE_UNAVAILABLE');
});

/** A port that nobody listens on a moment ago. */
function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

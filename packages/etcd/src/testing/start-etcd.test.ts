import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { startEtcd } from './start-etcd.ts';

it('starts an etcd with TLS and authentication that outlives a power cut and goes back to a snapshot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-etcd-test-'));
  const etcd = await startEtcd({
    tls: true,
    clientCertificates: true,
    auth: { user: 'agent', password: 'secret' },
  });
  try {
    const clusterOf = async (): Promise<unknown> =>
      (JSON.parse(await etcd.etcdctl(['member', 'list', '-w', 'json'])) as { header: { cluster_id: number } })
        .header.cluster_id;
    const before = await clusterOf();
    await etcd.etcdctl(['put', 'a', '1']);
    await etcd.snapshotSave(join(folder, 'saved'));
    await etcd.etcdctl(['put', 'a', '2']);
    await etcd.restart();
    expect(await etcd.etcdctl(['get', 'a', '--print-value-only'])).toBe('2\n');
    await etcd.restoreFrom(join(folder, 'saved'));
    expect(await etcd.etcdctl(['get', 'a', '--print-value-only'])).toBe('1\n');
    expect(await clusterOf()).not.toBe(before);
    etcd.pause();
  } finally {
    await etcd.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
  expect(existsSync(dirname(etcd.certificates?.ca ?? '/'))).toBe(false);
  expect(() => etcd.nodes[0]?.pid).toThrow('does not run');
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openStore, succeeds, withEtcd } from './testing/for-one-test.ts';
import { pickFreePort } from './testing/free-port.ts';
import { waitUntil } from './testing/wait-until.ts';

describe('failures by name:', () => {
  it('STORE_UNAVAILABLE where nobody listens, for calls, watches and leases', async () => {
    const store = openStore({ endpoints: [`http://127.0.0.1:${String(await pickFreePort())}`] });
    await expect(store.list('')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.transact([], [])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.lease(5000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.watch('', 1)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'STORE_WATCH_LOST',
    });
  });

  it('a write goes to another member where the first never heard of it', async () => {
    const etcd = await withEtcd();
    const nobody = `http://127.0.0.1:${String(await pickFreePort())}`;
    for (let n = 0; n < 6; n += 1) {
      const store = openStore({ endpoints: [nobody, etcd.endpoint] });
      const result = await store.transact([], [{ type: 'put', key: 'k', value: String(n) }]);
      expect(result.committed).toBe(true);
    }
  });

  it(
    'STORE_TOO_LARGE and STORE_NO_SPACE, and a list of many megabytes is none',
    { timeout: 120_000 },
    async () => {
      const etcd = await withEtcd({ flags: ['--quota-backend-bytes=12582912'] });
      const store = openStore({ endpoints: etcd.endpoints });
      const put = (key: string, size: number) =>
        store.transact([], [{ type: 'put', key, value: 'x'.repeat(size) }]);
      await expect(put('large', 2_000_000)).rejects.toMatchObject({ code: 'STORE_TOO_LARGE' });
      for (let n = 0; n < 6; n += 1) await put(`many/${String(n)}`, 1_000_000);
      expect((await store.list('many/')).entries.map(({ value }) => value.length)).toEqual(
        Array.from({ length: 6 }, () => 1_000_000),
      );
      const filling = (async () => {
        for (let n = 0; n < 100; n += 1) await put('full', 1_000_000);
      })();
      await expect(filling).rejects.toMatchObject({ code: 'STORE_NO_SPACE' });
    },
  );
});

describe('TLS:', () => {
  it(
    'serves those who know the authority and carry a certificate, and turns others away by name',
    { timeout: 120_000 },
    async () => {
      const etcd = await withEtcd({ tls: true, clientCertificates: true });
      const { certificates, endpoints } = etcd;
      if (certificates === undefined) throw new Error('no certificates');
      const [ca, cert, key] = await Promise.all(
        [certificates.ca, certificates.cert, certificates.key].map((file) => readFile(file, 'utf8')),
      );
      const known = openStore({ endpoints, ca: ca ?? '', cert: cert ?? '', key: key ?? '' });
      expect((await known.list('')).entries).toEqual([]);
      const refused = { code: 'STORE_TLS_FAILED' };
      await expect(openStore({ endpoints }).list('')).rejects.toMatchObject(refused);
      // The refusal comes after the handshake: the connection may be gone before its reason is read.
      await expect(openStore({ endpoints, ca: ca ?? '' }).list('')).rejects.toMatchObject({
        code: expect.stringMatching(/^STORE_(TLS_FAILED|UNAVAILABLE)$/u) as string,
      });
      await expect(openStore({ endpoints, ca: 'no PEM' }).list('')).rejects.toMatchObject(refused);
      await expect(
        openStore({ endpoints, ca: ca ?? '', cert: cert ?? '', key: 'no PEM' }).list(''),
      ).rejects.toMatchObject(refused);
      const plain = endpoints.map((endpoint) => endpoint.replace('https:', 'http:'));
      await expect(openStore({ endpoints: plain }).list('')).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
    },
  );
});

describe('authentication:', () => {
  it(
    'lets in who has the password, and tells a wrong one from a right that is missing',
    { timeout: 120_000 },
    async () => {
      const etcd = await withEtcd({ auth: { user: 'admin', password: 'right' } });
      const { endpoints } = etcd;
      await etcd.etcdctl(['user', 'add', 'reader:read']);
      await etcd.etcdctl(['role', 'add', 'reads']);
      await etcd.etcdctl(['role', 'grant-permission', 'reads', '--prefix=true', 'read', 'r/']);
      await etcd.etcdctl(['user', 'grant-role', 'reader', 'reads']);
      const admin = openStore({ endpoints, user: 'admin', password: 'right' });
      await admin.transact([], [{ type: 'put', key: 'r/k', value: '1' }]);
      const reader = openStore({ endpoints, user: 'reader', password: 'read', signOfLifeMs: 200 });
      const { entries, revision } = await reader.list('r/');
      expect(entries).toMatchObject([{ key: 'r/k', value: '1' }]);
      let signs = 0;
      for await (const batch of reader.watch('r/', revision + 1)) {
        expect(batch.events).toEqual([]);
        if ((signs += 1) > 2) break;
      }
      const put = reader.transact([], [{ type: 'put', key: 'r/k', value: '2' }]);
      await expect(put).rejects.toMatchObject({ code: 'STORE_FORBIDDEN' });
      await expect(reader.list('')).rejects.toMatchObject({ code: 'STORE_FORBIDDEN' });
      await expect(reader.watch('s/', 1)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'STORE_WATCH_LOST',
      });
      const unknown = { code: 'STORE_UNAUTHENTICATED' };
      await expect(openStore({ endpoints, user: 'admin', password: 'wrong' }).list('')).rejects.toMatchObject(
        unknown,
      );
      await expect(openStore({ endpoints }).list('')).rejects.toMatchObject(unknown);
    },
  );

  it(
    'a watch ends when etcd forgets its logins, and the next call logs in again',
    { timeout: 120_000 },
    async () => {
      const login = { user: 'admin', password: 'right' };
      const etcd = await withEtcd({ auth: login });
      const store = openStore({ endpoints: etcd.endpoints, ...login });
      const { revision } = await store.list('');
      const watching = (async () => {
        for await (const batch of store.watch('', revision + 1)) expect(batch.events).toEqual([]);
      })();
      const lost = expect(watching).rejects.toMatchObject({ code: 'STORE_WATCH_LOST' });
      await etcd.restart();
      await lost;
      // Straight into a watch, with the login of before: it may be turned away once, and never again.
      await waitUntil('a watch tells of a write', async () => {
        const written = store.transact([], [{ type: 'put', key: 'k', value: '1' }]);
        if (!(await succeeds(written))) return false;
        for await (const { events } of store.watch('k', (await written).revision)) {
          if (events.length > 0) return true;
        }
        return false;
      });
    },
  );

  it('a user where authentication is off is told so', async () => {
    const { endpoints } = await withEtcd();
    const store = openStore({ endpoints, user: 'admin', password: 'right' });
    await expect(store.list('')).rejects.toThrow('authentication is off in etcd');
  });
});

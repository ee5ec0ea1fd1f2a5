import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../simulator.ts';
import { startSimulator } from '../start-simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(async () => {
  await simulator.clearFaults();
  await call('DELETE', '/ledger');
});
afterAll(() => simulator.stop());

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';

async function call(
  method: Method,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const response = await request(`${simulator.controlUrl}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.body.text();
  const json =
    response.headers['content-type']?.includes('ndjson') === true ? text : (JSON.parse(text) as unknown);
  return { status: response.statusCode, json };
}

async function text(outId: string, mobile = '13800138000', content = '【阿里云】hello'): Promise<void> {
  const response = await request(simulator.gateways['other'] ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apikey: 'simulator-apikey', mobile, content, ref: outId }),
  });
  expect(await response.body.json()).toMatchObject({ code: 0 });
}

describe('/faults', () => {
  it('sets, lists and ends them', async () => {
    const set = await call('POST', '/faults', {
      region: 'cn-hangzhou',
      kind: 'slow',
      delayMs: 5,
      forMs: 600_000,
    });
    expect(set).toMatchObject({ status: 201, json: { kind: 'slow', region: 'cn-hangzhou', strikes: 0 } });
    const { id } = (set as { json: { id: string } }).json;
    expect(await call('GET', '/faults')).toMatchObject({ json: { faults: [{ id, delayMs: 5 }] } });
    expect(await call('DELETE', `/faults/${id}`)).toMatchObject({ status: 200, json: { ended: id } });
    expect(await call('DELETE', `/faults/${id}`)).toMatchObject({
      status: 404,
      json: { field: 'id', value: id },
    });
    expect(await call('GET', '/faults')).toMatchObject({ json: { faults: [] } });
  });

  it('names every mistake at once', async () => {
    expect(await call('POST', '/faults', { kind: 'slow', delayMs: -1, share: 0, huh: 1 })).toMatchObject({
      status: 400,
      json: {
        code: 'REQUEST_INVALID',
        issues: [
          { field: 'share', value: 0, allowed: 'more than 0' },
          { field: 'delayMs', value: -1, allowed: 'at least 0' },
          { field: 'huh', value: 1 },
        ],
      },
    });
  });
});

describe('/ledger', () => {
  it('pages and filters', async () => {
    for (const outId of ['a', 'b', 'c']) await text(outId);
    const first = await call('GET', '/ledger?limit=2');
    expect(first).toMatchObject({ json: { total: 3, texts: [{ outId: 'a' }, { outId: 'b' }] } });
    const { nextAfter } = (first as { json: { nextAfter: number } }).json;
    expect(await call('GET', `/ledger?after=${nextAfter}`)).toMatchObject({
      json: { texts: [{ outId: 'c' }] },
    });
    expect(await call('GET', '/ledger?outId=b')).toMatchObject({
      json: { total: 1, texts: [{ outId: 'b' }] },
    });
    const lines = (await call('GET', '/ledger?format=ndjson')) as { json: string };
    expect(lines.json.trim().split('\n')).toHaveLength(3);
  });

  it.each(['%2B8613800138000', '+8613800138000', '13800138000', '8613800138000', '008613800138000'])(
    'finds a number however it is written: %s',
    async (number) => {
      await text('a');
      await text('b', '13900139000');
      expect(await call('GET', `/ledger?phoneNumber=${number}`)).toMatchObject({
        json: { total: 1, texts: [{ outId: 'a' }] },
      });
    },
  );

  it.each(['138001', 'abc', '', '%2B'])('refuses what is no number: %s', async (number) => {
    expect(await call('GET', `/ledger?phoneNumber=${number}`)).toMatchObject({
      status: 400,
      json: { field: 'phoneNumber', allowed: expect.stringContaining('+8613800138000') as string },
    });
  });

  it('finds what was lost and what was doubled', async () => {
    for (const outId of ['a', 'b', 'b']) await text(outId);
    await text('b', '13900139000');
    expect(await call('POST', '/ledger/check', { expected: ['a', 'b', 'c'] })).toMatchObject({
      json: {
        ok: false,
        complete: true,
        texts: 4,
        lost: ['c'],
        doubled: [{ key: 'b', phoneNumber: '+8613800138000', count: 2, regions: ['other'] }],
        unexpected: 0,
      },
    });
  });

  it('remembers what was expected until it is cleared', async () => {
    await text('a');
    expect(await call('GET', '/ledger/check')).toMatchObject({ json: { ok: true, texts: 1 } });
    expect(await call('POST', '/ledger/expect', { outIds: ['a', 'z'] })).toMatchObject({
      json: { expected: 2 },
    });
    expect(await call('GET', '/ledger/check?by=outId')).toMatchObject({ json: { ok: false, lost: ['z'] } });
    await call('DELETE', '/ledger');
    expect(await call('GET', '/ledger/check')).toMatchObject({ json: { ok: true, texts: 0, expected: 0 } });
  });

  it('counts an OK whose text was swallowed as lost', async () => {
    await call('POST', '/faults', { kind: 'swallow', region: 'other' });
    await text('a');
    expect(await call('GET', '/ledger/check')).toMatchObject({ json: { ok: false, texts: 0, lost: ['a'] } });
  });

  it('compares by number and content where there is no OutId', async () => {
    await text('a');
    await text('b');
    expect(await call('GET', '/ledger/check')).toMatchObject({ json: { ok: true } });
    expect(await call('GET', '/ledger/check?by=content')).toMatchObject({
      json: { doubled: [{ count: 2 }] },
    });
  });
});

describe('what can be changed', () => {
  it('shows regions, accounts without secrets, and counts', async () => {
    const { json } = (await call('GET', '/')) as { json: unknown };
    expect(json).toMatchObject({
      regions: { 'cn-hangzhou': { state: 'open', requests: expect.any(Number) as number } },
      accounts: { main: { keys: [{ accessKeyId: 'LTAISimulatorMain', active: true, sts: false }] } },
    });
    expect(JSON.stringify(json)).not.toContain('secret');
    expect(JSON.stringify(json)).not.toContain('simulator-apikey');
  });

  it('takes a new balance, and takes it away again', async () => {
    expect(await call('PATCH', '/accounts/other', { balanceTexts: 0 })).toMatchObject({
      json: { balanceTexts: 0 },
    });
    await expect(text('a')).rejects.toThrow();
    const { json } = (await call('PATCH', '/accounts/other', { balanceTexts: null })) as { json: object };
    expect(json).not.toHaveProperty('balanceTexts');
    await text('a');
  });

  it.each([
    ['an unknown account', 'PATCH', '/accounts/nobody', {}, 404, 'name'],
    ['an unknown region', 'PATCH', '/regions/nowhere', {}, 404, 'name'],
    ['a field that is none', 'PATCH', '/accounts/main', { money: 1 }, 400, 'money'],
    ['a wrong mask', 'PATCH', '/records', { mask: 'all' }, 400, 'mask'],
    ['an unknown path', 'GET', '/nowhere', undefined, 404, 'path'],
    ['a wrong method', 'PUT', '/faults', {}, 405, 'method'],
    ['no JSON', 'POST', '/faults', '{"kind":', 400, 'body'],
  ] as const)('refuses %s', async (_, method, path, body, status, field) => {
    expect(await call(method, path, body)).toMatchObject({ status, json: { field } });
  });

  it('refuses web pages', async () => {
    const refused = await call('DELETE', '/faults', undefined, { origin: 'http://example.com' });
    expect(refused).toMatchObject({ status: 403, json: { code: 'ORIGIN_REFUSED' } });
  });
});

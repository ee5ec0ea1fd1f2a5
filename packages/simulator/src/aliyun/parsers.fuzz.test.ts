import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Simulator } from '../simulator.ts';
import { startSimulator } from '../start-simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ config: { regions: { 'cn-hangzhou': {} } } });
});
afterAll(() => simulator.stop());

/** Writes bytes to an endpoint and waits until it has had enough or has answered. */
async function throwAt(url: string, bytes: string | Uint8Array): Promise<void> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const done = Promise.race([once(socket, 'close'), once(socket, 'data')]).catch(() => undefined);
  socket.end(bytes);
  await done;
  socket.destroy();
}

async function lives(): Promise<void> {
  const answers = await Promise.all([
    request(simulator.regions['cn-hangzhou'] ?? ''),
    request(simulator.gateways['other'] ?? ''),
    request(simulator.controlUrl),
  ]);
  expect(answers.map((answer) => answer.statusCode)).toEqual([404, 400, 200]);
  await Promise.all(answers.map((answer) => answer.body.dump()));
}

const NAMES = [
  'Action',
  'Version',
  'Format',
  'AccessKeyId',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'Timestamp',
  'SignatureVersion',
  'SecurityToken',
  'PhoneNumbers',
  'PhoneNumberJson',
  'SignNameJson',
  'TemplateParamJson',
  'TemplateParam',
  'SignName',
  'TemplateCode',
  'OutId',
  'PhoneNumber',
  'SendDate',
  'PageSize',
  'CurrentPage',
  '__proto__',
  'constructor',
];
const VALUES = [
  'SendSms',
  'SendBatchSms',
  'QuerySendDetails',
  '2017-05-25',
  'JSON',
  'XML',
  'LTAISimulatorMain',
  'HMAC-SHA1',
  '1.0',
  '[',
  '[[]]',
  '[null]',
  '{}',
  '[{}]',
  '{"code":{}}',
  '{"__proto__":"x"}',
  '13800138000',
  '20260230',
  '0',
  '-1',
  '99999999999999999999',
  '2026-13-45T99:99:99Z',
  '\u0000',
  '%',
  '__proto__',
];
const parameters = fc.array(
  fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: 'binary' }))),
  { maxLength: 20 },
);

describe('what comes off the wire', () => {
  it('never ends the process, whatever the bytes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }).map((text) => `GET /${text} HTTP/1.1\r\nhost: x\r\n\r\n`),
      fc
        .string()
        .map((text) => `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${text}\r\n`),
      fc.nat(1000).map((size) => `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\nhalf`),
      fc
        .string()
        .map((text) => `GET / HTTP/1.1\r\nhost: x\r\nauthorization: ACS3-HMAC-SHA256 ${text}\r\n\r\n`),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom('region', 'gateway', 'control'), async (sent, target) => {
        const { regions, gateways, controlUrl } = simulator;
        const urls = { region: regions['cn-hangzhou'], gateway: gateways['other'], control: controlUrl };
        await throwAt(urls[target] ?? '', sent);
      }),
      { numRuns: 150 },
    );
    await lives();
  });

  it('gets a refusal with a code for every parameter', async () => {
    await fc.assert(
      fc.asyncProperty(parameters, fc.boolean(), async (pairs, inBody) => {
        const encoded = new URLSearchParams(pairs).toString();
        const url = simulator.regions['cn-hangzhou'] ?? '';
        const response = inBody
          ? await request(url, {
              method: 'POST',
              headers: { 'content-type': 'application/x-www-form-urlencoded' },
              body: encoded,
            })
          : await request(`${url}/?${encoded}`);
        const body = await response.body.text();
        expect(response.statusCode).toBeGreaterThanOrEqual(400);
        expect(response.statusCode).toBeLessThan(500);
        expect(body).toMatch(/<Code>[A-Za-z.]+<\/Code>|"Code":"[A-Za-z.]+"/);
      }),
      { numRuns: 150 },
    );
    await lives();
  });

  it('is answered by the control API with field, value and what was allowed', async () => {
    const paths = fc.constantFrom('/faults', '/ledger/expect', '/ledger/check', '/nowhere', '/faults/x/y');
    const bodies = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string({ minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(paths, bodies, async (path, body) => {
        const response = await request(`${simulator.controlUrl}${path}`, { method: 'POST', body });
        expect(response.statusCode).toBeGreaterThanOrEqual(400);
        expect(response.statusCode).toBeLessThan(500);
        expect(await response.body.json()).toMatchObject({
          code: expect.stringMatching(/^[A-Z_]+$/) as string,
          field: expect.any(String) as string,
          allowed: expect.any(String) as string,
        });
      }),
      { numRuns: 100 },
    );
    await lives();
  });
});

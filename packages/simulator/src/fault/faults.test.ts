import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../simulator.ts';
import { startSimulator } from '../start-simulator.ts';
import type { FaultSpecInput } from './fault-spec.ts';

let simulator: Simulator;
let agent: Agent;
beforeAll(async () => {
  simulator = await startSimulator({
    config: { regions: { 'cn-hangzhou': {}, 'cn-beijing': {}, tls: { tls: true } } },
  });
});
beforeEach(() => {
  agent = new Agent({ keepAliveTimeout: 60_000, connect: { ca: Object.values(simulator.certificates) } });
});
afterEach(async () => {
  await simulator.clearFaults();
  simulator.clearLedger();
  await agent.destroy();
});
afterAll(() => simulator.stop());

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** A SendSms signed by version 1, written out here so that the check is not made by what it checks. */
function sendUrl(region: string, more: Record<string, string> = {}): string {
  const parameters = {
    AccessKeyId: 'LTAISimulatorMain',
    Action: 'SendSms',
    Format: 'JSON',
    PhoneNumbers: '13800138000',
    SignName: '阿里云',
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: randomUUID(),
    SignatureVersion: '1.0',
    TemplateCode: 'SMS_154950909',
    TemplateParam: '{"code":"1234"}',
    Timestamp: new Date().toISOString().replace(/\.\d{3}/, ''),
    Version: '2017-05-25',
    ...more,
  };
  const query = Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  const signature = createHmac('sha1', 'simulator-secret-of-main&')
    .update(`GET&%2F&${encode(query)}`)
    .digest('base64');
  return `${simulator.regions[region] ?? ''}/?${query}&Signature=${encode(signature)}`;
}

interface Seen {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

async function get(url: string, timeoutMs = 20_000): Promise<Seen> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await request(url, { dispatcher: agent, signal });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}

/** How a request ended: its status and code, or the name or code of the failure. */
async function ending(url: string, timeoutMs?: number): Promise<string> {
  try {
    const { status, text } = await get(url, timeoutMs);
    const code = /"Code":"([^"]+)"/.exec(text)?.[1] ?? '';
    return `${status} ${code}`.trim();
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (name === 'TimeoutError' || name === 'HTTPParserError') return name;
    // Which of them a client sees depends on what it was doing when the connection went.
    const cut = code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE';
    return cut ? 'cut' : (code ?? name);
  }
}

async function send(region = 'cn-hangzhou', more?: Record<string, string>): Promise<string> {
  return ending(sendUrl(region, more));
}

const set = (fault: FaultSpecInput): Promise<string> => simulator.setFault(fault);
const arrived = (): number => simulator.texts().length;

describe('a fault of single requests', () => {
  const table: [string, FaultSpecInput, string, number][] = [
    ['status', { kind: 'status', status: 502 }, '502 InternalError', 0],
    ['status after acceptance', { kind: 'status', status: 503, accepted: true }, '503 ServiceUnavailable', 1],
    ['html', { kind: 'html' }, '502', 0],
    ['html with 200 after acceptance', { kind: 'html', status: 200, accepted: true }, '200', 1],
    ['empty', { kind: 'empty', accepted: true }, '200', 1],
    ['redirect', { kind: 'redirect' }, '302', 0],
    ['throttle', { kind: 'throttle' }, '400 Throttling.User', 0],
    [
      'a code of the service',
      { kind: 'code', code: 'isv.AMOUNT_NOT_ENOUGH' },
      '200 isv.AMOUNT_NOT_ENOUGH',
      0,
    ],
    ['a code of the gateway', { kind: 'code', code: 'Forbidden.RAM' }, '403 Forbidden.RAM', 0],
    [
      'a code after acceptance',
      { kind: 'code', code: 'isp.SYSTEM_ERROR', accepted: true },
      '200 isp.SYSTEM_ERROR',
      1,
    ],
    ['swallow', { kind: 'swallow' }, '200 OK', 0],
    ['wrong types', { kind: 'wrong-types', accepted: true }, '200', 1],
    ['reset', { kind: 'reset' }, 'cut', 0],
    ['reset after acceptance', { kind: 'reset', accepted: true }, 'cut', 1],
    ['close', { kind: 'reset', how: 'fin', accepted: true }, 'cut', 1],
    ['truncate', { kind: 'truncate', accepted: true }, 'cut', 1],
    ['garbage', { kind: 'garbage' }, 'HTTPParserError', 0],
    ['slow', { kind: 'slow', delayMs: 50 }, '200 OK', 1],
    ['slow after acceptance', { kind: 'slow', delayMs: 50, accepted: true }, '200 OK', 1],
  ];
  it.each(table)('%s', async (_, fault, seen, texts) => {
    await set({ region: 'cn-hangzhou', ...fault });
    expect(await send()).toBe(seen);
    expect(arrived()).toBe(texts);
    expect(await send('cn-beijing')).toBe('200 OK');
  });

  it.each(['rst', 'fin'] as const)('reset by %s cuts a connection with TLS as well', async (how) => {
    await set({ region: 'tls', kind: 'reset', how, accepted: true });
    expect(await send('tls')).toBe('cut');
    expect(arrived()).toBe(1);
  });

  it.each([
    ['hang', { kind: 'hang' }, 0],
    ['hang after acceptance', { kind: 'hang', accepted: true }, 1],
    ['stall in the middle of the answer', { kind: 'stall', accepted: true }, 1],
  ] as [string, FaultSpecInput, number][])('%s', async (_, fault, texts) => {
    await set(fault);
    expect(await ending(sendUrl('cn-hangzhou'), 1000)).toBe('TimeoutError');
    expect(arrived()).toBe(texts);
  });

  it('lets an accepted text stand in the ledger before the slow answer is out', async () => {
    await set({ kind: 'slow', delayMs: 600_000, accepted: true });
    const waiting = ending(sendUrl('cn-hangzhou'), 15_000);
    await expect.poll(arrived, { timeout: 15_000 }).toBe(1);
    await agent.destroy();
    await waiting;
  });

  it('says when to come back', async () => {
    await set({ kind: 'throttle', retryAfterMs: 1500, status: 429 });
    const { status, headers } = await get(sendUrl('cn-hangzhou'));
    expect([status, headers['x-acs-retry-after']]).toEqual([429, '1500']);
  });

  it('never counts a request as accepted that is refused on its own account', async () => {
    await set({ kind: 'reset', accepted: true });
    expect(await send('cn-hangzhou', { SignName: '别人' })).toBe('200 isv.SMS_SIGNATURE_ILLEGAL');
  });

  it('ends after its count', async () => {
    await set({ kind: 'status', count: 2 });
    const seen = [await send(), await send(), await send()];
    expect(seen).toEqual(['503 ServiceUnavailable', '503 ServiceUnavailable', '200 OK']);
  });

  it.each(['+8613800138001', '13800138001'])(
    'strikes what matches %s and nothing else',
    async (phoneNumber) => {
      await set({ kind: 'status', match: { phoneNumber, action: 'SendSms', account: 'main' } });
      expect(await send()).toBe('200 OK');
      expect(await send('cn-hangzhou', { PhoneNumbers: '13800138000,13800138001' })).toBe(
        '503 ServiceUnavailable',
      );
    },
  );

  it('throws the same dice for the same seed', async () => {
    const run = async (): Promise<string[]> => {
      const id = await set({ kind: 'status', share: 0.5, seed: 7 });
      const seen: string[] = [];
      for (let sent = 0; sent < 20; sent += 1) seen.push(await send());
      await simulator.clearFault(id);
      return seen;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });
});

/** What a bare connection meets within a second; other systems than Linux take it and never answer on it. */
async function knock(region: string): Promise<string> {
  const { port, hostname } = new URL(simulator.regions[region] ?? '');
  const socket = connect(Number(port), hostname);
  const outcome = await new Promise<string>((resolve) => {
    socket.once('connect', () => {
      resolve(process.platform === 'linux' ? 'connected' : 'silence');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'failed');
    });
    setTimeout(resolve, 1000, 'silence');
  });
  socket.destroy();
  return outcome;
}

/** Waits for an outcome: a client may still hold a connection that has just been cut. */
async function eventually(region: string, outcome: string): Promise<void> {
  await expect.poll(() => send(region), { timeout: 15_000 }).toBe(outcome);
}

describe('a fault of the listener', () => {
  it('refuses connections, also on ones that stand, and opens the same port again', async () => {
    await eventually('cn-hangzhou', '200 OK');
    await set({ kind: 'refuse', region: 'cn-hangzhou' });
    await eventually('cn-hangzhou', 'ECONNREFUSED');
    await eventually('cn-beijing', '200 OK');
    await simulator.clearFaults();
    await eventually('cn-hangzhou', '200 OK');
  });

  it('leaves connections unanswered and takes no text in a blackhole', async () => {
    await eventually('cn-hangzhou', '200 OK');
    await set({ kind: 'blackhole', region: 'cn-hangzhou' });
    expect(await knock('cn-hangzhou')).toBe('silence');
    expect(await ending(sendUrl('cn-hangzhou'), 1000)).toBe('TimeoutError');
    expect(arrived()).toBe(1);
    await simulator.clearFaults();
    await eventually('cn-hangzhou', '200 OK');
  });

  it.each(['refuse', 'blackhole'] as const)(
    'lets standing connections finish in a %s that says so',
    async (kind) => {
      expect(await send()).toBe('200 OK');
      await set({ kind, region: 'cn-hangzhou', standing: 'finish' });
      const { status, headers } = await get(sendUrl('cn-hangzhou'));
      expect([status, headers['connection']]).toEqual([200, 'close']);
      expect(await knock('cn-hangzhou')).toBe(kind === 'refuse' ? 'ECONNREFUSED' : 'silence');
    },
  );

  it('changes from one to the other', async () => {
    const refused = await set({ kind: 'refuse', region: 'cn-hangzhou' });
    const hole = await set({ kind: 'blackhole', region: '*' });
    expect(await knock('cn-hangzhou')).toBe('silence');
    await simulator.clearFault(hole);
    await eventually('cn-hangzhou', 'ECONNREFUSED');
    await eventually('cn-beijing', '200 OK');
    await simulator.clearFault(refused);
    await eventually('cn-hangzhou', '200 OK');
  });

  it('breaks the TLS handshake of a region with TLS', async () => {
    await eventually('tls', '200 OK');
    await set({ kind: 'tls-failure', region: 'tls' });
    await expect.poll(() => send('tls'), { timeout: 15_000 }).toMatch(/^ERR_SSL_/);
    await simulator.clearFaults();
    await eventually('tls', '200 OK');
  });

  it('ends by itself after its time', async () => {
    await set({ kind: 'refuse', region: 'cn-hangzhou', forMs: 200 });
    await eventually('cn-hangzhou', '200 OK');
  });
});

describe('a fault that cannot be', () => {
  it.each([
    ['an unknown kind', { kind: 'explode' }, /kind must be one of slow, hang, reset.*got "explode"/],
    [
      'an unknown region',
      { kind: 'hang', region: 'mars' },
      /region must be one of \*, cn-hangzhou.*got "mars"/,
    ],
    [
      'an unknown account',
      { kind: 'hang', match: { account: 'x' } },
      /match.account must be one of main, second/,
    ],
    ['a share beyond one', { kind: 'hang', share: 2 }, /share must be at most 1, got 2/],
    ['a count on a listener', { kind: 'refuse', count: 1 }, /count must be left out/],
    ['TLS failure without TLS', { kind: 'tls-failure', region: 'cn-beijing' }, /a region with TLS: tls/],
  ])('is refused for %s', async (_, fault, message) => {
    await expect(set(fault as FaultSpecInput)).rejects.toThrow(message);
  });
});

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { admitted } from './admitted.ts';
import type { AdmittedDependencies } from './admitted.ts';
import type { HttpAnswer } from './http-answer.ts';
import { jsonAnswer } from './http-answer.ts';
import { HttpListener } from './http-listener.ts';
import type { HttpListenerOptions } from './http-listener.ts';
import { RefusalPace } from './refusal-pace.ts';

let listener: HttpListener | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.stop(0);
});

async function open(
  handle: () => Promise<HttpAnswer>,
  admission: AdmittedDependencies['admission'] = { enter: () => true, leave: () => undefined },
  options: Partial<HttpListenerOptions> = {},
): Promise<number> {
  const pace = new RefusalPace({ now: () => performance.now() });
  const compatRefusal = () => ({ status: 503, headers: {}, body: 'in the words of the other API' });
  listener = new HttpListener(
    { handle: admitted(handle, { admission, pace, compatRefusal }), log: pino({ enabled: false }) },
    { address: { kind: 'tcp', host: '127.0.0.1', port: 0 }, ...options },
  );
  const address = await listener.start();
  return address.kind === 'tcp' ? address.port : 0;
}

function talkTo(port: number): { socket: Socket; heard: () => string } {
  let text = '';
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.setEncoding('latin1').on('data', (more: string) => (text += more));
  socket.on('error', () => undefined);
  return { socket, heard: () => text };
}

const good = () => Promise.resolve(jsonAnswer(200, { good: true }));
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

describe('a request that is not admitted', () => {
  it('is refused with a code and Retry-After before its body has come, and is nobody’s to leave', async () => {
    const left: number[] = [];
    const port = await open(() => Promise.reject(new Error('nobody is asked')), {
      enter: () => false,
      leave: (bytes) => void left.push(bytes),
    });
    const { socket, heard } = talkTo(port);
    socket.write('POST /v1/messages HTTP/1.1\r\nHost: localhost\r\ncontent-length: 100\r\n\r\n');
    await expect.poll(heard, { timeout: 15_000 }).toMatch(/^HTTP\/1\.1 503 .*"code":"SEND_OVERLOADED"/s);
    expect(heard()).toMatch(/retry-after: 1\r\n/i);
    expect(left).toEqual([]);
  });

  it('is refused to clients of the other API in its own words', async () => {
    const port = await open(good, { enter: () => false, leave: () => undefined });
    const { socket, heard } = talkTo(port);
    socket.write(get('/?Action=SendSms'));
    await expect.poll(heard, { timeout: 15_000 }).toMatch(/503 .*in the words of the other API/s);
  });

  it('leaves a connection that is heard again', async () => {
    let full = true;
    const port = await open(good, { enter: () => !full, leave: () => undefined });
    const { socket, heard } = talkTo(port);
    socket.write(get('/a'));
    await expect.poll(heard, { timeout: 15_000 }).toMatch(/503/);
    full = false;
    socket.write(get('/b'));
    await expect.poll(heard, { timeout: 15_000 }).toMatch(/503.*HTTP\/1\.1 200/s);
  });

  it('closes the connection of a caller that asks on and on without waiting for answers', async () => {
    const port = await open(good, { enter: () => false, leave: () => undefined });
    const { socket } = talkTo(port);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(get('/a').repeat(20_000));
    await closed;
  });

  it('does not keep the port from closing', async () => {
    const port = await open(good, { enter: () => false, leave: () => undefined });
    const { socket, heard } = talkTo(port);
    socket.write(get('/a'));
    await expect.poll(heard, { timeout: 15_000 }).toMatch(/503/);
    socket.end();
    await listener?.stop(60_000);
  });
});

describe('a request that is admitted', () => {
  it.each([
    ['announces its bytes', 'content-length: 7\r\n\r\n1234567', 7],
    ['announces more than is read', 'content-length: 900000000\r\n\r\n', 256 * 1024],
    ['announces nothing', 'transfer-encoding: chunked\r\n\r\n0\r\n\r\n', 256 * 1024],
    ['has no body', '\r\n', 0],
  ])('leaves with what it came with where it %s', async (_name, rest, bytes) => {
    const seen: string[] = [];
    const port = await open(good, {
      enter: (size) => seen.push(`in ${String(size)}`) > 0,
      leave: (size) => void seen.push(`out ${String(size)}`),
    });
    talkTo(port).socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${rest}`);
    await expect
      .poll(() => seen, { timeout: 15_000 })
      .toEqual([`in ${String(bytes)}`, `out ${String(bytes)}`]);
  });

  it('leaves when its handler fails', async () => {
    let underWay = 0;
    const port = await open(() => Promise.reject(new Error('a defect')), {
      enter: () => (underWay += 1) > 0,
      leave: () => void (underWay -= 1),
    });
    const { socket, heard } = talkTo(port);
    socket.write(get('/'));
    await expect.poll(heard, { timeout: 15_000 }).toMatch(/500/);
    expect(underWay).toBe(0);
  });
});

describe('a caller that reads nothing', () => {
  it('is cut off after a while, and holds up no other', async () => {
    const large = () => Promise.resolve(jsonAnswer(200, { text: 'x'.repeat(20_000_000) }));
    const port = await open(large, undefined, { readTimeoutMs: 200 });
    const slow = talkTo(port);
    slow.socket.pause();
    slow.socket.write(get('/'));
    const other = talkTo(port);
    other.socket.write(get('/'));
    await expect.poll(() => other.heard().length, { timeout: 15_000 }).toBeGreaterThan(20_000_000);
    // The port's time runs by the same event loop, and is over long before.
    await delay(1000);
    const closed = new Promise((resolve) => slow.socket.once('close', resolve));
    slow.socket.resume();
    await closed;
    expect(slow.heard().length).toBeLessThan(20_000_000);
  });
});

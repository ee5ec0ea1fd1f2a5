import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonAnswer } from './http-answer.ts';
import type { HttpHandler } from './http-answer.ts';
import { HttpListener } from './http-listener.ts';

const patience = { timeout: 15_000 };
const sockets: Socket[] = [];
let listener: HttpListener | undefined;
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.stop(0);
});

async function open(handle: HttpHandler): Promise<{ listener: HttpListener; port: number }> {
  listener = new HttpListener(
    { handle, log: pino({ enabled: false }) },
    { address: { kind: 'tcp', host: '127.0.0.1', port: 0 } },
  );
  const address = await listener.start();
  return { listener, port: address.kind === 'tcp' ? address.port : 0 };
}

function talkTo(port: number): { socket: Socket; heard: () => string; closed: Promise<void> } {
  let text = '';
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.setEncoding('latin1').on('data', (more: string) => (text += more));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  return { socket, heard: () => text, closed };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
/** More than a connection holds that nobody reads. */
const large = jsonAnswer(200, { text: 'x'.repeat(20_000_000) });

/** A port, and a caller that has asked for a large answer and reads nothing of it. */
async function openWithSlowReader() {
  let asked = false;
  const opened = await open(() => {
    asked = true;
    return large;
  });
  const slow = talkTo(opened.port);
  slow.socket.pause();
  slow.socket.write(get('/'));
  await expect.poll(() => asked, patience).toBe(true);
  // The answer is handed over in the turn in which it was given.
  await new Promise((resolve) => setImmediate(resolve));
  return { ...opened, slow };
}

describe('a port that is stopped', () => {
  it('lets a slow reader have the whole of an answer that was begun, and takes nobody new', async () => {
    const { listener, port, slow } = await openWithSlowReader();
    const stopped = listener.stop(60_000);
    const late = talkTo(port);
    await late.closed;
    expect(late.heard()).toBe('');
    slow.socket.resume();
    await stopped;
    await slow.closed;
    expect(slow.heard().endsWith('x"}')).toBe(true);
  });

  it('waits for a reader that takes nothing no longer than it was told to', async () => {
    const { listener, slow } = await openWithSlowReader();
    await listener.stop(100);
    slow.socket.resume();
    await slow.closed;
    expect(slow.heard().length).toBeLessThan(large.body.length);
  });

  it('closes a connection once the last of the answers that are owed on it has gone out', async () => {
    const answers: (() => void)[] = [];
    const { listener, port } = await open(
      ({ url }) =>
        new Promise((resolve) => {
          answers.push(() => {
            resolve(jsonAnswer(200, { url }));
          });
        }),
    );
    const { socket, heard, closed } = talkTo(port);
    socket.write(`${get('/a')}${get('/b')}`);
    await expect.poll(() => answers.length, patience).toBe(2);
    const stopped = listener.stop(60_000);
    answers[0]?.();
    await expect.poll(heard, patience).toContain('"/a"');
    answers[1]?.();
    await Promise.all([stopped, closed]);
    expect(heard()).toContain('"/b"');
  });

  it('gives an answer that waits behind another one', async () => {
    let first: (() => void) | undefined;
    const { listener, port } = await open(({ url }) => {
      if (url === '/b') return jsonAnswer(200, { url });
      return new Promise((resolve) => {
        first = () => {
          resolve(jsonAnswer(200, { url }));
        };
      });
    });
    const { socket, heard, closed } = talkTo(port);
    socket.write(`${get('/a')}${get('/b')}`);
    await expect.poll(() => first, patience).toBeDefined();
    await new Promise((resolve) => setImmediate(resolve));
    const stopped = listener.stop(60_000);
    first?.();
    await Promise.all([stopped, closed]);
    expect(heard()).toMatch(/"\/a".*"\/b"/s);
  });
});

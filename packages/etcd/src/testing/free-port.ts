import { createServer } from 'node:net';

/** Below the ephemeral range of Linux (32768 and up), so that no outgoing connection takes a port meanwhile. */
const range = { from: 20_000, to: 32_000 };

const width = range.to - range.from;
/** Each process begins somewhere else, so that two hardly get the same port. */
let next = Math.floor(Math.random() * width);

/**
 * A port of loopback that nobody listens on now. A process gets another one each time, also while those before are not
 * listened on yet; a user of another process may still be faster.
 */
export async function pickFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = range.from + next;
    next = (next + 1) % width;
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${String(range.from)} and ${String(range.to)}`);
}

/** `count` different ports of loopback that nobody listens on now. */
export async function pickFreePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await pickFreePort());
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

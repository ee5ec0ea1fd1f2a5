import { createServer } from 'node:net';

/** Below the ephemeral range of Linux (32768 and up), so that no outgoing connection takes a port meanwhile. */
const range = { from: 20_000, to: 32_000 };

/** A port of loopback that nobody listens on now; another process may still be faster than its user. */
export async function pickFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = range.from + Math.floor(Math.random() * (range.to - range.from));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${String(range.from)} and ${String(range.to)}`);
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

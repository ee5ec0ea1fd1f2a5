import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from './setup.mjs';

/** How long a port may take to become free, in milliseconds: who was just ended lets go of it a little later. */
const patienceMs = 3000;

/** Refuses with a sentence when something listens on one of these ports of loopback. */
export async function requireFreePorts(ports) {
  const end = performance.now() + patienceMs;
  let taken = await notFree(ports);
  while (taken.length > 0 && performance.now() < end) {
    await delay(100);
    taken = await notFree(taken);
  }
  if (taken.length === 0) return;
  const these = taken.length === 1 ? `Port ${taken[0]} is` : `Ports ${taken.join(', ')} are`;
  throw new SetupError(
    `${these} in use on 127.0.0.1. End what listens there and start again; lsof -nP -iTCP:${taken[0]} shows what it is.`,
  );
}

async function notFree(ports) {
  const taken = [];
  for (const port of ports) {
    if (!(await isFree(port))) taken.push(port);
  }
  return taken;
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}

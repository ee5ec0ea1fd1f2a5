import { createServer } from 'node:net';
import { SetupError } from './setup.mjs';

/** Refuses with a sentence when something listens on one of these ports of loopback. */
export async function requireFreePorts(ports) {
  const taken = [];
  for (const port of ports) {
    if (!(await isFree(port))) taken.push(port);
  }
  if (taken.length === 0) return;
  const these = taken.length === 1 ? `Port ${taken[0]} is` : `Ports ${taken.join(', ')} are`;
  throw new SetupError(
    `${these} in use on 127.0.0.1. End what listens there and start again; lsof -nP -iTCP:${taken[0]} shows what it is.`,
  );
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}

// What each program is made to do once when it is bundled: what a start needs, up to the first work done.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9';

/** Rehearses a program by `run(args, env, perform)`; `perform` is given the process and must bring it to its end. */
export async function rehearse(name, run) {
  switch (name) {
    case 'waystation-agent':
      return rehearseAgent(run);
    case 'wayctl':
      return run(['status', '--etcd-endpoints', nowhere], {});
    default:
      // The simulator is started by people who wait for more than its start.
      return undefined;
  }
}

/** A start with a cached strategy while its store is away, one message sent, and the store asked for. */
async function rehearseAgent(run) {
  const dataDir = await mkdtemp(join(tmpdir(), 'waystation-rehearsal-'));
  const provider = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.end('{"Code":"OK","Message":"OK","BizId":"1^0","RequestId":"1"}'));
  });
  const endpoint = `http://127.0.0.1:${String(await listen(provider))}`;
  let asked;
  const storeAsked = new Promise((resolve) => (asked = resolve));
  // Takes connections and ends them: a store that is away, and knows when it was asked.
  const store = createSocketServer((socket) => {
    socket.on('error', () => undefined).destroy();
    asked();
  });
  const storeEndpoint = `http://127.0.0.1:${String(await listen(store))}`;
  try {
    await writeFile(join(dataDir, 'strategy-cache'), cachedStrategy(endpoint));
    const [port, adminPort] = [await freePort(), await freePort()];
    const places = [
      '--listen',
      `127.0.0.1:${String(port)}`,
      '--admin-listen',
      `127.0.0.1:${String(adminPort)}`,
    ];
    const source = [
      '--data-dir',
      dataDir,
      '--etcd-endpoints',
      storeEndpoint,
      '--allow-endpoint',
      'http://127.0.0.1:*',
    ];
    const credential = {
      WAYSTATION_CREDENTIAL_DEFAULT_ACCESS_KEY_ID: 'rehearsal',
      WAYSTATION_CREDENTIAL_DEFAULT_ACCESS_KEY_SECRET: 'rehearsal',
    };
    await run([...places, ...source], credential, async (agent) => {
      await sendOne(`http://127.0.0.1:${String(port)}/v1/messages`);
      await Promise.race([storeAsked, delay(30_000, undefined, { ref: false })]);
      agent.kill('SIGTERM');
    });
  } finally {
    provider.closeAllConnections();
    provider.close();
    store.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** As the agent's strategy cache is written. */
function cachedStrategy(endpoint) {
  const channels = { one: { provider: 'aliyun', regionId: 'cn-hangzhou', endpoint } };
  const routes = [{ name: 'all', policy: { kind: 'primary-backup', order: ['one'] } }];
  const text = JSON.stringify({ schemaVersion: 1, channels, routes });
  const body = JSON.stringify({ origin: '/waystation/default/default', revision: 1, text, overrides: {} });
  const digest = createHash('sha256').update(body).digest('hex');
  return `waystation strategy-cache 1 sha256:${digest}\n${body}\n`;
}

/** Tries until a message is accepted. */
async function sendOne(url) {
  const message = { phoneNumbers: '13800138000', signName: 'rehearsal', templateCode: 'SMS_1' };
  const end = performance.now() + 30_000;
  let last;
  while (performance.now() < end) {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
      last = await answer.text();
      if (answer.ok) return;
    } catch (error) {
      last = error.message;
    }
    await delay(20);
  }
  throw new Error(`the rehearsed agent accepted no message: ${last}`);
}

function listen(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

async function freePort() {
  const server = createSocketServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

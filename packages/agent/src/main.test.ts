import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const patience = { timeout: 25_000, interval: 50 };

let bundle: string;
let dir: string;
let children: ChildProcess[];
beforeAll(async () => {
  bundle = await mkdtemp(join(tmpdir(), 'ws-main-'));
  await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    outfile: join(bundle, 'agent.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@waystation/source'],
    external: ['@alicloud/*', '@darabonba/*'],
    banner: {
      js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);",
    },
    logLevel: 'silent',
  });
});
afterAll(async () => {
  await rm(bundle, { recursive: true, force: true, maxRetries: 10 });
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ws-main-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

interface Run {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  out(): string;
  err(): string;
  /** Where the ports are, once they are open. */
  ports(): Promise<{ api: string; admin: string }>;
}

function run(...argv: string[]): Run {
  const listen = [
    '--listen',
    '127.0.0.1:0',
    '--admin-listen',
    '127.0.0.1:0',
    '--data-dir',
    join(dir, 'state'),
  ];
  const child = spawn(
    process.execPath,
    [join(bundle, 'agent.mjs'), ...listen.filter(isNotIn(argv)), ...argv],
    {
      env: {
        WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_ID: 'id',
        WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_SECRET: 'PLANTED',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    exited,
    out: () => out,
    err: () => err,
    ports: async () => {
      await expect.poll(() => out + err, patience).toContain('agent listening');
      const line = out.split('\n').find((text) => text.includes('agent listening')) ?? '{}';
      const { api, admin } = JSON.parse(line) as { api: string; admin: string };
      return { api: `http://${api}`, admin: `http://${admin}` };
    },
  };
}

/** Leaves the usual flags out where the test gives its own; each usual flag is followed by its value. */
function isNotIn(
  argv: readonly string[],
): (text: string, index: number, usual: readonly string[]) => boolean {
  return (text, index, usual) => !argv.includes(index % 2 === 0 ? text : (usual[index - 1] ?? ''));
}

async function ready(admin: string): Promise<number> {
  return (await fetch(`${admin}/readyz`)).status;
}

async function writeStrategy(endpoint: string): Promise<string> {
  const path = join(dir, 'strategy.yaml');
  await writeFile(
    path,
    `schemaVersion: 1
channels:
  only: { provider: aliyun, regionId: cn-hangzhou, credential: main, endpoint: "${endpoint}" }
routes:
  - { name: default, policy: { kind: primary-backup, order: [only] }, onUnknownOutcome: fail }
health: { probe: { kind: off } }
`,
  );
  return path;
}

describe('waystation-agent', () => {
  it('prints its help', async () => {
    const help = run('--help');
    expect(await help.exited).toBe(0);
    expect(help.out()).toContain('--strategy-file');
  });

  it('ends with a code and a sentence where it cannot start', async () => {
    const wrong = run('--listen', '0.0.0.0:0');
    expect(await wrong.exited).toBe(2);
    expect(wrong.err()).toMatch(/^waystation-agent: CONFIG_INVALID: --listen 0\.0\.0\.0:0 .*--allow-remote/);
    const first = run('--strategy-file', join(dir, 'none.yaml'));
    const { api } = await first.ports();
    const second = run('--strategy-file', join(dir, 'none.yaml'));
    expect(await second.exited).toBe(4);
    expect(second.err()).toMatch(/DATA_DIR_LOCKED: data-dir .* is in use by another agent \(pid \d+\)/);
    const third = run('--data-dir', join(dir, 'other'), '--listen', api.replace('http://', ''));
    expect(await third.exited).toBe(3);
    expect(third.err()).toMatch(/LISTEN_FAILED: cannot listen on 127\.0\.0\.1:\d+/);
  });

  it('serves from its cache with etcd away, even after kill -9, and exits 0 on SIGTERM', async () => {
    const away = ['--etcd-endpoints', 'http://127.0.0.1:1'];
    const without = run(...away);
    const { admin } = await without.ports();
    expect(await ready(admin)).toBe(503);
    without.child.kill('SIGTERM');
    expect(await without.exited).toBe(0);

    const strategy = await writeStrategy('https://dysmsapi.aliyuncs.com');
    const first = run('--strategy-file', strategy);
    const ports = await first.ports();
    await expect.poll(() => ready(ports.admin), patience).toBe(200);
    await expect.poll(() => existsSync(join(dir, 'state', 'strategy-cache')), patience).toBe(true);
    first.child.kill('SIGKILL');
    await first.exited;
    await rm(strategy);
    const second = run('--strategy-file', strategy);
    expect(await ready((await second.ports()).admin)).toBe(200);
    second.child.kill('SIGINT');
    expect(await second.exited).toBe(0);
    expect(first.out() + second.out() + second.err()).not.toContain('PLANTED');
  });

  it('waits for what is under way when it is told to stop, and ends at once when told again', async () => {
    const sockets = new Set<Socket>();
    const silent: Server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const agent = run('--strategy-file', await writeStrategy(endpoint), '--allow-endpoint', endpoint);
    const { api, admin } = await agent.ports();
    await expect.poll(() => ready(admin), patience).toBe(200);
    const sending = fetch(`${api}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'request-timeout-ms': '60000' },
      body: JSON.stringify({ phoneNumbers: '13800138000', signName: 's', templateCode: 't' }),
    }).catch((error: unknown) => error);
    await expect.poll(() => sockets.size, patience).toBe(1);
    agent.child.kill('SIGTERM');
    await expect.poll(() => agent.out(), patience).toContain('"stopping"');
    expect(await ready(admin)).toBe(503);
    agent.child.kill('SIGTERM');
    expect(await agent.exited).toBe(143);
    expect(await sending).toBeInstanceOf(Error);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});

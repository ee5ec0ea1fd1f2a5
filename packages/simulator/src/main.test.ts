import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let program: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waystation-simulator-'));
  program = join(folder, 'main.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);",
    },
    logLevel: 'silent',
  });
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [program, ...args], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => output, exit };
}

const FREE_PORTS = ['--port', '0', '--control-port', '0'];

describe('waystation-simulator', () => {
  it('says where it listens, logs faults but no numbers, and stops on a signal', async () => {
    const { child, output, exit } = run(...FREE_PORTS, '--log-format', 'json', '--log-level', 'debug');
    await expect.poll(output, { timeout: 20_000 }).toContain('simulator ready');
    const ready = JSON.parse(output().split('\n')[0] ?? '') as {
      controlUrl: string;
      regions: Record<string, string>;
      gateways: Record<string, string>;
    };
    expect(Object.keys(ready.regions)).toEqual([
      'cn-hangzhou',
      'ap-southeast-1',
      'cn-beijing',
      'cn-shanghai',
    ]);
    const gateway = ready.gateways['other'] ?? '';
    const content = encodeURIComponent('【阿里云】8341');
    const sent = await request(`${gateway}?apikey=simulator-apikey&mobile=13812345678&content=${content}`);
    expect(await sent.body.json()).toMatchObject({ code: 0 });
    const body = JSON.stringify({ kind: 'refuse', region: 'cn-beijing' });
    await (await request(`${ready.controlUrl}/faults`, { method: 'POST', body })).body.dump();
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(output()).toContain('"msg":"fault set"');
    expect(output()).toContain('+86138****5678');
    expect(output()).not.toMatch(/13812345678|8341|simulator-apikey/);
  });

  it('prints lines to paste for people, and stops on ctrl-C', async () => {
    const { child, output, exit } = run(...FREE_PORTS);
    await expect.poll(output, { timeout: 20_000 }).toContain('/ledger/check');
    expect(output()).toMatch(/curl -X POST http:\S+\/faults -d '\{"region":"cn-hangzhou","kind":"refuse"\}'/);
    child.kill('SIGINT');
    expect(await exit).toBe(0);
  });

  it('names the port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { output, exit } = run('--port', '0', '--control-port', String(port));
    expect(await exit).toBe(1);
    expect(output()).toContain(`control cannot listen: port 127.0.0.1:${port} is taken by another program`);
    holder.close();
  });

  it('names every mistake of a configuration with line and column', async () => {
    const file = join(folder, 'bad.yaml');
    await writeFile(file, 'regions:\n  here: { latencyMs: -1 }\naccounts:\n  main: { money: 1 }\n');
    const { output, exit } = run('--config', file);
    expect(await exit).toBe(2);
    expect(output()).toContain(`${file}:2:22: regions.here.latencyMs must be at least 0, got -1`);
    expect(output()).toContain(`${file}:4:18: accounts.main.money must be left out`);
  });

  it.each([
    ['a flag that is none', ['--bogus'], "unknown option '--bogus'"],
    ['a port that is none', ['--port', '70000'], 'must be 0–65535, got 70000'],
    [
      'a port after which there are not enough',
      ['--port', '65532', '--control-port', '0'],
      '--port must be at most 65531, since the ports of 5 endpoints follow each other, got 65532',
    ],
    ['a file that is missing', ['--config', '/nowhere.yaml'], '/nowhere.yaml cannot be read'],
  ])('refuses %s', async (_, args, message) => {
    const { output, exit } = run(...args);
    expect(await exit).toBe(2);
    expect(output()).toContain(message);
  });

  it('helps', async () => {
    const { output, exit } = run('--help');
    expect(await exit).toBe(0);
    expect(output()).toContain('WAYSTATION_SIMULATOR_PORT');
  });
});

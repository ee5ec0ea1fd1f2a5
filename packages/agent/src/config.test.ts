import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOptions, optionNames } from '@waystation/config';
import { isEndpointAllowed } from '@waystation/core';
import { describe, expect, it } from 'vitest';
import type { AgentConfig } from './agent-config.ts';
import { agentOptions, agentProgram } from './config.ts';
import type { AgentOptionValues } from './config.ts';
import { resolveConfig } from './resolve-config.ts';
import { codeOf, readPageRows } from './testing/page-rows.ts';

async function load(argv: string[], env: Record<string, string> = {}): Promise<AgentOptionValues> {
  const loaded = await loadOptions(agentProgram('1.2.3'), {
    argv,
    env,
    readFile: (path) => readFile(path, 'utf8'),
  });
  if (loaded.kind === 'print') throw new Error(loaded.text);
  return loaded.values;
}

async function resolve(argv: string[], env: Record<string, string> = {}): Promise<AgentConfig> {
  return resolveConfig(await load(argv, env), {
    env,
    platform: 'linux',
    home: '/home/someone',
    readFile: (path) => readFile(path, 'utf8'),
  });
}

describe('the configuration', () => {
  it('is complete without any option', async () => {
    const config = await resolve([]);
    expect(config).toMatchObject({
      fleet: { env: 'default', fleet: 'default' },
      labels: {},
      source: { kind: 'etcd', etcd: { endpoints: ['http://127.0.0.1:2379'] }, prefix: '/waystation' },
      listen: { kind: 'tcp', host: '127.0.0.1', port: 7280 },
      adminListen: { kind: 'tcp', host: '127.0.0.1', port: 7281 },
      protection: { allowedHosts: [] },
      dataDir: '/home/someone/.local/state/waystation-agent',
      logLevel: 'info',
      stopTimeoutMs: 15_000,
    });
    expect(config.agentId).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*-[0-9a-f]{8}$/);
    expect((await resolve([])).agentId).not.toBe(config.agentId);
  });

  it('takes a flag before its variable, that before the file, and that before the default', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ws-config-'));
    const file = join(dir, 'agent.yaml');
    await writeFile(file, 'env: from-file\nfleet: from-file\nlogLevel: debug\nlabel: [team=sms, az=1]\n');
    const env = { WAYSTATION_CONFIG: file, WAYSTATION_ENV: 'from-env', WAYSTATION_FLEET: 'from-env' };
    expect(await resolve(['--fleet', 'from-flag'], env)).toMatchObject({
      fleet: { env: 'from-env', fleet: 'from-flag' },
      logLevel: 'debug',
      labels: { team: 'sms', az: '1' },
    });
    await rm(dir, { recursive: true });
  });

  it('lets the operator of the host allow endpoints', async () => {
    const { allowEndpoint } = await load([
      '--allow-endpoint',
      'http://127.0.0.1:*',
      '--allow-endpoint',
      'sms.example.com',
    ]);
    expect(isEndpointAllowed('http://127.0.0.1:7300', allowEndpoint)).toBe(true);
    expect(isEndpointAllowed('https://sms.example.org', allowEndpoint)).toBe(false);
  });

  it.each([
    ['an unknown flag', ['--listn', 'x'], /--listn/],
    [
      'a bad address',
      ['--listen', '7280'],
      /--listen must be host:port, \[ipv6\]:port or unix:\/path, got "7280"/,
    ],
    ['a port that is none', ['--listen', '127.0.0.1:70000'], /--listen must be/],
    ['a bad name', ['--agent-id', 'a/b'], /--agent-id must be 1–63 letters/],
    ['a bad label', ['--label', 'x'], /--label must be name=value, got "x"/],
    ['a bad level', ['--log-level', 'loud'], /--log-level must be silent, error/],
    ['a bad endpoint', ['--allow-endpoint', 'http:/x'], /--allow-endpoint .*must be a host/],
    ['a bad prefix', ['--etcd-prefix', 'waystation/'], /--etcd-prefix must be a path/],
    ['a bad time', ['--stop-timeout-ms', '-1'], /--stop-timeout-ms must be a whole number/],
    ['another host without leave', ['--listen', '0.0.0.0:7280'], /--allow-remote/],
    [
      'leave without a token',
      ['--listen', '0.0.0.0:7280', '--allow-remote', '--insecure-remote'],
      /--api-token-file/,
    ],
    [
      'leave without TLS',
      ['--allow-remote', '--api-token-file', '/dev/null'],
      /--tls-cert and --tls-key, or --insecure-remote/,
    ],
    ['half of TLS', ['--tls-cert', 'a.pem'], /--tls-cert and --tls-key/],
    ['a short token', ['--api-token-file', '/dev/null'], /at least 16 visible ASCII/],
    [
      'a missing file',
      ['--api-token-file', '/nowhere/token'],
      /--api-token-file \/nowhere\/token cannot be read \(ENOENT\)/,
    ],
  ])('refuses %s', async (_name, argv, message) => {
    await expect(resolve(argv)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('names flag, variable and key of every option in its help', async () => {
    const loaded = await loadOptions(agentProgram('1.2.3'), {
      argv: ['--help'],
      env: {},
      readFile: () => Promise.reject(new Error()),
      columns: 400,
    });
    const help = loaded.kind === 'print' ? loaded.text : '';
    for (const key of Object.keys(agentOptions)) {
      const { flag, variable } = optionNames(key);
      expect(help).toMatch(new RegExp(`${flag}\\b.*env ${variable}\\b.*file ${key}\\b`));
    }
  });
});

describe('docs/reference/agent.md', () => {
  it('names every option with its default, and no other', async () => {
    const page = await readPageRows('agent.md');
    const rows = page.slice(2).map(([flag, usual]) => [codeOf(flag), usual]);
    const options = Object.entries(agentOptions).map(([key, { kind, fallback, fallbackText }]) => [
      optionNames(key).flag,
      kind === 'switch'
        ? 'off'
        : fallback === undefined
          ? key === 'allowEndpoint'
            ? 'the SMS hosts of Aliyun'
            : (fallbackText ?? '')
          : `\`${fallback}\``,
    ]);
    expect(rows).toEqual([['--config', ''], ...options]);
  });
});

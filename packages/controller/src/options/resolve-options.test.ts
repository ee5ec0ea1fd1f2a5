import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveOptions } from './resolve-options.ts';

let homeDir = '';
let contextFile = '';

beforeEach(async () => {
  homeDir = await mkdtemp(join(tmpdir(), 'wayctl-options-'));
  contextFile = join(homeDir, 'contexts.yaml');
});
afterEach(async () => {
  await rm(homeDir, { recursive: true, force: true, maxRetries: 10 });
});

const resolve = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  resolveOptions(flags, { env, homeDir, author: 'alice@desk' });

describe('resolveOptions', () => {
  it('has a default for everything that needs one', async () => {
    expect(await resolve({})).toEqual({
      connection: {
        etcdEndpoints: ['http://127.0.0.1:2379'],
        env: 'default',
        fleet: 'default',
      },
      output: 'table',
      by: 'alice@desk',
    });
  });

  it('prefers flag, then the named context, then the environment, then the current context', async () => {
    await writeFile(
      contextFile,
      'current: a\ncontexts:\n  a: { env: env-a, fleet: fleet-a, by: a, etcdEndpoints: [http://a:1, http://b:1] }\n  b: { env: env-b, fleet: fleet-b }\n',
    );
    const env = { WAYSTATION_FLEET: 'fleet-env', WAYSTATION_ENV: 'env-env', WAYSTATION_BY: 'env' };
    const current = await resolve({ contextFile, env: 'env-flag' }, env);
    expect(current.connection).toMatchObject({
      env: 'env-flag',
      fleet: 'fleet-env',
      etcdEndpoints: ['http://a:1', 'http://b:1'],
    });
    expect(current.by).toBe('env');
    const named = await resolve({ contextFile, context: 'b' }, env);
    expect(named.connection).toMatchObject({ env: 'env-b', fleet: 'fleet-b' });
    expect(named.connection.etcdEndpoints).toEqual(['http://127.0.0.1:2379']);
  });

  it('takes --endpoints for --etcd-endpoints, several with commas', async () => {
    const { connection } = await resolve({ endpoints: 'https://a:2379, https://b:2379' });
    expect(connection.etcdEndpoints).toEqual(['https://a:2379', 'https://b:2379']);
  });

  it.each([
    [{ endpoints: 'a:2379' }, '--endpoints must be a URL'],
    [{ endpoints: 'http://user:secret@a:2379' }, '--endpoints must be a URL'],
    [{ env: '../prod' }, '--env must be'],
    [{ fleet: '' }, '--fleet must be'],
    [{ output: 'xml' }, '--output must be table, json or yaml, got "xml"'],
    [{ context: 'nowhere' }, 'no context "nowhere" in'],
  ])('refuses %j', async (flags, message) => {
    await expect(resolve(flags)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses a context file that was named and is not there', async () => {
    const missing = join(homeDir, 'nowhere.yaml');
    const refused = { code: 'CONFIG_INVALID', message: expect.stringContaining('no such file') as string };
    await expect(resolve({ contextFile: missing })).rejects.toMatchObject(refused);
    await expect(resolve({}, { WAYSTATION_CONTEXT_FILE: missing })).rejects.toMatchObject(refused);
  });

  it.each([
    ['contexts: { a: { envv: x } }', 'envv is no option of a context; did you mean env?'],
    ['contexts: {}\ncontext: x', 'Unrecognized key: "context"'],
    ['contexts: { a: { env: x, env: y } }', ':1:'],
    ['contexts:\n  a: [', ':2:7'],
    ['current: b\ncontexts: { a: {} }', 'no context "b"'],
  ])('refuses the context file %j', async (text, message) => {
    await writeFile(contextFile, text);
    await expect(resolve({ contextFile })).rejects.toThrow(message);
  });
});

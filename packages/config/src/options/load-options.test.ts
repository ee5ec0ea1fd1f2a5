import { isWaystationError } from '@waystation/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkEtcdOptions, etcdOptions, fleetOptions } from './etcd-options.ts';
import { loadOptions } from './load-options.ts';
import type { OptionInput } from './load-options.ts';
import type { OptionDefinition } from './option-definition.ts';

const listen: OptionDefinition<string> = {
  kind: 'text',
  placeholder: '<address>',
  description: 'where it listens',
  schema: z.string().regex(/^.+:\d+$/, 'must be host:port'),
  fallback: '127.0.0.1:7280',
};
const label: OptionDefinition<readonly string[]> = {
  kind: 'list',
  placeholder: '<name=value>',
  description: 'label',
  schema: z.array(z.string().regex(/=/, 'must be name=value')),
};
const allowRemote: OptionDefinition<boolean> = {
  kind: 'switch',
  description: 'listen beyond loopback',
  schema: z.boolean(),
};
const logLevel: OptionDefinition<string> = {
  kind: 'text',
  description: 'how much is logged',
  schema: z.enum(['debug', 'info', 'warn']),
  fallback: 'info',
};
const program = {
  name: 'waystation-test',
  description: 'Tests.',
  version: '1.2.3',
  options: { ...etcdOptions, ...fleetOptions, listen, label, allowRemote, logLevel },
  check: checkEtcdOptions,
};

interface Given extends Partial<Omit<OptionInput, 'readFile'>> {
  /** Text of `file.yaml`. */
  readonly file?: string;
}

function load({ argv = [], env = {}, file, columns }: Given) {
  const readFile = (path: string) =>
    path === 'file.yaml' && file !== undefined
      ? Promise.resolve(file)
      : Promise.reject(new Error(`ENOENT: no such file, open '${path}'`));
  return loadOptions(program, { argv, env, readFile, ...(columns === undefined ? {} : { columns }) });
}

async function values(given: Given) {
  const loaded = await load(given);
  if (loaded.kind !== 'values') throw new Error(`printed ${loaded.text}`);
  return loaded;
}

async function complaint(given: Given): Promise<string> {
  try {
    await load(given);
  } catch (error) {
    if (isWaystationError(error, 'CONFIG_INVALID')) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('a value', () => {
  const file = 'listen: file:1\nenv: from-file\nlabel: [a=file]\nlogLevel: warn\n';
  const env = { WAYSTATION_LISTEN: 'env:1', WAYSTATION_ENV: 'from-env', WAYSTATION_LABEL: 'a=env, b=env' };
  const argv = ['--config', 'file.yaml', '--listen', 'flag:1', '--allow-remote'];

  it('comes from the flag, else the variable, else the file, else the default', async () => {
    const loaded = await values({ argv, env, file });
    expect(loaded.values).toMatchObject({
      listen: 'flag:1',
      env: 'from-env',
      label: ['a=env', 'b=env'],
      logLevel: 'warn',
      fleet: 'default',
      allowRemote: true,
      etcdEndpoints: ['http://127.0.0.1:2379'],
      etcdCa: undefined,
    });
    expect(loaded.sources).toMatchObject({
      listen: 'flag',
      env: 'environment',
      logLevel: 'file',
      fleet: 'default',
      allowRemote: 'flag',
    });
  });

  it('of a list may be repeated, or stand between commas; the stronger source replaces the weaker', async () => {
    const loaded = await values({ argv: ['--label', 'a=1', '--label', 'b=2,c=3'], env, file });
    expect(loaded.values.label).toEqual(['a=1', 'b=2', 'c=3']);
  });

  it('of a switch may stand in the environment and the file', async () => {
    expect((await values({ env: { WAYSTATION_ALLOW_REMOTE: 'true' } })).values.allowRemote).toBe(true);
    const config = { WAYSTATION_CONFIG: 'file.yaml' };
    expect((await values({ env: config, file: 'allowRemote: true' })).values.allowRemote).toBe(true);
    expect((await values({})).values.allowRemote).toBe(false);
  });

  it('does not come from an empty variable or an empty file', async () => {
    const loaded = await values({
      argv: ['--config', 'file.yaml'],
      env: { WAYSTATION_ENV: '' },
      file: '# none\n',
    });
    expect(loaded.values.env).toBe('default');
  });
});

describe('a mistake', () => {
  it.each<[string, Given, string]>([
    ['an unknown flag', { argv: ['--lisen', 'x:1'] }, "unknown option '--lisen' (Did you mean --listen?)"],
    ['a flag without its value', { argv: ['--listen'] }, "option '--listen <address>' argument missing"],
    ['a flag given twice', { argv: ['--env', 'a', '--env', 'b'] }, 'It is given twice, and takes one value.'],
    ['an argument', { argv: ['start'] }, 'too many arguments'],
    ['a bad flag', { argv: ['--listen', '7280'] }, '--listen must be host:port, got "7280"'],
    [
      'a bad variable',
      { env: { WAYSTATION_LISTEN: '7280' } },
      'WAYSTATION_LISTEN must be host:port, got "7280"',
    ],
    ['a bad entry of a list', { argv: ['--label', 'a=1,b'] }, '--label must be name=value, got "b"'],
    ['a bad choice', { argv: ['--log-level', 'loud'] }, '--log-level must be debug, info, warn, got "loud"'],
    [
      'a bad switch',
      { env: { WAYSTATION_ALLOW_REMOTE: 'yes' } },
      'WAYSTATION_ALLOW_REMOTE must be true or false, got "yes"',
    ],
    ['a bad environment', { argv: ['--env', 'a/b'] }, '--env must be 1–63 letters, digits, ".", "_" or "-"'],
    ['a bad URL', { argv: ['--etcd-endpoints', 'etcd:2379'] }, '--etcd-endpoints must be a URL such as'],
    ['no URL', { argv: ['--etcd-endpoints', ','] }, '--etcd-endpoints must name at least one URL, got []'],
    [
      'a certificate without key',
      { argv: ['--etcd-endpoints', 'https://e:1', '--etcd-cert', 'c'] },
      '--etcd-cert and --etcd-key must be given together',
    ],
    ['an authority for plain http', { argv: ['--etcd-ca', 'c'] }, 'need https endpoints'],
    [
      'a user without password',
      { argv: ['--etcd-user', 'u'] },
      '--etcd-user and --etcd-password-file must be given together',
    ],
    [
      'http and https',
      { argv: ['--etcd-endpoints', 'https://e:1,http://e:2'] },
      '--etcd-endpoints must be all https or all http',
    ],
    [
      'a file that is not there',
      { argv: ['--config', 'gone.yaml'] },
      '--config: cannot read "gone.yaml": ENOENT',
    ],
  ])('names what is wrong: %s', async (_, given, message) => {
    expect(await complaint(given)).toContain(message);
  });

  it.each<[string, string, string]>([
    ['an unknown key', 'env: a\nlisten-on: x', 'file.yaml:2:1: listen-on is no option'],
    ['a mistyped key', 'lable: [a=1]', 'file.yaml:1:1: lable is no option; did you mean label?'],
    ['a bad value', '\nlisten: 7280', 'file.yaml:2:1: listen must be host:port, got "7280"'],
    ['a list for one value', 'env: [a, b]', 'file.yaml:1:1: env must be one value, got ["a", "b"]'],
    [
      'text for a switch',
      'allowRemote: "true"',
      'file.yaml:1:1: allowRemote must be true or false, got "true"',
    ],
    ['a key twice', 'env: a\nenv: b', 'file.yaml:2:1: the key env stands twice in one mapping'],
    ['a list for the whole', '- a', 'file.yaml must be a mapping of options, got ["a"]'],
  ])('in the file has its line and column: %s', async (_, file, message) => {
    expect(await complaint({ argv: ['--config', 'file.yaml'], file })).toContain(message);
  });

  it('does not hide the others', async () => {
    const message = await complaint({
      argv: ['--config', 'file.yaml', '--log-level', 'loud'],
      env: { WAYSTATION_FLEET: 'a b' },
      file: 'listen: x\nother: 1',
    });
    for (const name of ['--log-level', 'WAYSTATION_FLEET', 'listen', 'other'])
      expect(message).toContain(name);
  });

  it('in a variable’s name is a warning, since the environment is shared', async () => {
    const env = {
      WAYSTATION_LISTN: 'x',
      WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_ID: 'x',
      WAYSTATION_AGENT_PORT: 'x',
      WAYSTATION_BY: 'x',
    };
    expect((await values({ env })).warnings).toEqual([
      'WAYSTATION_LISTN is set but is no option; did you mean WAYSTATION_LISTEN?',
    ]);
  });
});

describe('help', () => {
  it('gives flag, variable, file key and default of each option', async () => {
    const loaded = await load({ argv: ['--help'], columns: 400 });
    const text = loaded.kind === 'print' ? loaded.text : '';
    expect(text).toContain('Usage: waystation-test [options]');
    for (const words of [
      /--etcd-password-file <file> .*env WAYSTATION_ETCD_PASSWORD_FILE, file etcdPasswordFile\)/,
      /--etcd-endpoints <urls> .*repeatable, env WAYSTATION_ETCD_ENDPOINTS, file etcdEndpoints, default http:\/\/127/,
      /--listen <address> .*env WAYSTATION_LISTEN, file listen, default 127\.0\.0\.1:7280\)/,
      /--allow-remote .*env WAYSTATION_ALLOW_REMOTE, file allowRemote\)/,
      /--config <file> .*env WAYSTATION_CONFIG\)/,
    ]) {
      expect(text).toMatch(words);
    }
  });

  it('comes even where other flags are wrong, and the version as well', async () => {
    expect(await load({ argv: ['--listen', 'x', '--help'] })).toMatchObject({ kind: 'print' });
    expect(await load({ argv: ['--version'] })).toEqual({ kind: 'print', text: '1.2.3\n' });
  });
});

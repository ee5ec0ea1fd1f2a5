import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Desk } from '../testing/desk.ts';
import { sampleYaml } from '../testing/sample-strategy.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(async () => {
  await desk.close();
});

describe('strategy validate', () => {
  it('tells every mistake at once, with line and column, on both streams for machines', async () => {
    const text = sampleYaml
      .replace('cn-hangzhou: 70', 'cn-hangzhou: -5')
      .replace('onUnknownOutcome: resend', 'onUnknownOutcom: resend');
    const file = await desk.file('s.yaml', text);
    const run = await desk.run('strategy', 'validate', '-f', file, '-o', 'json');
    expect(run.code).toBe(3);
    const { code, mistakes } = JSON.parse(run.out) as { code: string; mistakes: object[] };
    expect(code).toBe('STRATEGY_INVALID');
    expect(mistakes).toHaveLength(2);
    expect(run.err).toContain(`${file}:9:`);
    expect(run.err).toContain(`${file}:11:`);
    expect(run.err).toMatch(/did you mean onUnknownOutcome\?/);
    expect(run.err).toMatch(/cn-hangzhou.*0.*1000.*-5/);
  });

  it.each([
    ['bad YAML', 'schemaVersion: 1\nchannels: [', /s\.yaml:2:\d+: /],
    ['a key twice', `${sampleYaml}schemaVersion: 1\n`, /s\.yaml:13:1: .*schemaVersion/],
    ['no mapping', '- 1\n', /must/],
    ['an empty file', '', /must/],
    [
      'an unknown channel',
      sampleYaml.replace('order: [cn-hangzhou,', 'order: [cn-hangzou,'),
      /cn-hangzou.*did you mean cn-hangzhou/,
    ],
    ['a huge weight', sampleYaml.replace('70', '1e300'), /0.*1000/],
    ['a weight that is no number', sampleYaml.replace('70', '.nan'), /0.*1000/],
    ['a newer schema', sampleYaml.replace('schemaVersion: 1', 'schemaVersion: 99'), /99/],
  ])('refuses %s', async (_, text, message) => {
    const run = await desk.run('strategy', 'validate', '-f', await desk.file('s.yaml', text));
    expect(run.code).toBe(3);
    expect(run.err).toMatch(message);
  });

  it('warns of an endpoint that agents refuse by default, unless it is allowed', async () => {
    const text = sampleYaml.replace(
      'regionId: ap-southeast-1,',
      'regionId: ap-southeast-1, endpoint: sms.evil.example,',
    );
    const file = await desk.file('s.yaml', text);
    expect((await desk.run('strategy', 'validate', '-f', file)).err).toContain('sms.evil.example');
    const allowed = await desk.run(
      'strategy',
      'validate',
      '-f',
      file,
      '--allow-endpoint',
      'sms.evil.example',
    );
    expect(allowed).toMatchObject({ code: 0, err: '' });
    expect((await desk.run('strategy', 'validate', '-f', file, '--allow-endpoint', 'a b')).code).toBe(2);
  });

  it('warns of backups that share their primary’s host', async () => {
    const text = sampleYaml.replaceAll('regionId: ap-southeast-1', 'regionId: cn-shenzhen');
    const run = await desk.run('strategy', 'validate', '-f', await desk.file('s.yaml', text));
    expect(run.code).toBe(0);
    expect(run.err).toMatch(/warning: routes\.otp\.policy .*dysmsapi\.aliyuncs\.com/);
  });

  it.each([
    [['strategy', 'validate'], /needs a strategy: -f FILE/],
    [
      ['strategy', 'validate', '-f', '/nowhere/s.yaml'],
      /cannot read \/nowhere\/s\.yaml: there is no such file/,
    ],
    [['strategy', 'validate', '-f', '/'], /it is a directory/],
    [['strategy', 'validate', '--fil', 'x'], /unknown option '--fil'[^]*--file/],
    [['strategy', 'aply'], /unknown command 'aply'[^]*apply/],
    [['strategy'], /Usage: wayctl strategy/],
    [[], /Usage: wayctl/],
    [['weights', 'set', 'default'], /missing required argument/],
    [['status', 'surplus'], /too many arguments/],
    [['status', '--timeout', '5s'], /unknown option/],
  ])('answers %j with exit code 2 and a sentence', async (argv, message) => {
    const run = await desk.run(...argv);
    expect(run.code).toBe(2);
    expect(run.err).toMatch(message);
    expect(run.out).toBe('');
  });

  it.each([
    [['foo', '-o', 'json'], {}, /unknown command 'foo'/],
    [['foo', '--output=json'], {}, /unknown command 'foo'/],
    [['-ojson', 'status', '--fil'], {}, /unknown option '--fil'/],
    [['status', '-o', 'json', '--env', '../prod'], {}, /--env must be/],
    [['status', '--env', '../prod'], { WAYSTATION_OUTPUT: 'json' }, /--env must be/],
    [['strategy', 'validate', '-o', 'json'], {}, /needs a strategy/],
  ])('answers %j with a code for machines', async (argv, env, message) => {
    const run = await desk.runWith({ env }, ...argv);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(run.err)).toEqual({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('has a code for people in what the parser says, too', async () => {
    expect((await desk.run('foo')).err).toBe("error: unknown command 'foo' [CONFIG_INVALID]\n");
  });

  it('lives through any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 300 }), fc.json()), async (text) => {
        const run = await desk.runWith({ input: text }, 'strategy', 'validate', '-f', '-');
        expect(run.code).toBe(3);
        expect(run.err).toMatch(/^error: /);
      }),
      { numRuns: 200 },
    );
  });
});

it('prints help with examples, and the version', async () => {
  const help = await desk.run('strategy', 'apply', '--help');
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toContain('--if-revision');
  expect(help.out).toContain('wayctl strategy apply -f strategy.yaml --dry-run');
  expect(await desk.run('--version')).toMatchObject({ code: 0, out: '1.2.3\n' });
});

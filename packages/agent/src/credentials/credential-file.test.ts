import { describe, expect, it } from 'vitest';
import { readCredentials } from './credential-file.ts';

describe('readCredentials', () => {
  it('reads key pairs, temporary keys, API keys and their hosts', () => {
    const read = readCredentials(
      'main: { accessKeyId: LTAI, accessKeySecret: s }\n' +
        'sts:\n  accessKeyId: STS.1\n  accessKeySecret: s\n  securityToken: t\n' +
        'other: { key: k, hosts: ["sms.example.com", "http://127.0.0.1:*"] }\n',
      'credentials.yaml',
    );
    expect(read).toMatchObject({ ok: true });
    const credentials = read.ok ? read.credentials : new Map<string, unknown>();
    expect(credentials.get('main')).toEqual({
      credential: { kind: 'aliyun', accessKeyId: 'LTAI', accessKeySecret: 's' },
    });
    expect(credentials.get('sts')).toMatchObject({ credential: { securityToken: 't' } });
    expect(credentials.get('other')).toMatchObject({
      credential: { kind: 'api-key', key: 'k' },
      hosts: [{ text: 'sms.example.com' }, { protocol: 'http' }],
    });
  });

  it.each([
    ['main: { accessKeyId: SECRET-id }', 'main must have either'],
    ['main: { key: SECRET-k, accessKeySecret: SECRET-s }', 'main must have either'],
    ['main: { key: SECRET-k, SECRET-field: 1 }', 'main may have accessKeyId'],
    ['main: { key: 4071SECRET, hosts: "x" }', 'main.hosts'],
    ['main: { key: 40719999 }', 'main.key must be text'],
    ['main: SECRET-text', 'main must be a mapping'],
    ['- SECRET-text', 'the file must be a mapping'],
    ['"SECRET bad name!": { key: k }', 'must be a name'],
    ['main: { key: "SECRET-k }', 'is not the YAML or JSON'],
    ['main: { key: *SECRET-alias }', 'is not the YAML or JSON'],
    ['', 'the file must be a mapping'],
  ])('says what is wrong with %s and never repeats a value', (text, reason) => {
    const read = readCredentials(text, 'credentials.yaml');
    expect(read).toMatchObject({ ok: false, reason: expect.stringContaining(reason) as string });
    expect(JSON.stringify(read)).not.toMatch(/SECRET-|40719999/);
  });
});

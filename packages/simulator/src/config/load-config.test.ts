import { describe, expect, it } from 'vitest';
import { parseConfig } from './load-config.ts';

const parse = (text: string): string => {
  try {
    parseConfig(text, 'f.yaml');
    return 'taken';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('parseConfig', () => {
  it('fills in what is left out', () => {
    const config = parseConfig('', 'f.yaml');
    expect(Object.keys(config.regions)).toContain('cn-hangzhou');
    expect(config.accounts['main']?.templates['SMS_154950909']?.content).toBe(
      '您的验证码是：${code}，请在5分钟内输入。',
    );
  });

  it.each([
    ['a key twice', 'regions:\n  a: {}\n  a: {}', 'f.yaml:3:3: Map keys must be unique'],
    ['a list', '- 1', 'f.yaml:1:1: the value must be of type object, got a list'],
    ['a bad name', 'regions: { A: {} }', 'f.yaml:1:15: regions.A must be under a name of a–z, 0–9 and -'],
    [
      'a port twice',
      'regions: { a: { port: 1 }, b: { port: 1 } }',
      'f.yaml:1:39: regions.b.port must be one that regions.a.port does not have already, got 1',
    ],
    [
      'a gateway named like a region',
      'regions: { a: {} }\ngateways: { a: {} }',
      'f.yaml:2:16: gateways.a must be one that regions.a does not have already',
    ],
    [
      'a short secret',
      'accounts: { a: { keys: [{ accessKeyId: x, accessKeySecret: "" }] } }',
      'accounts.a.keys.0.accessKeySecret must be at least 1 characters long',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(parse(text)).toContain(message);
  });

  it('never shows a secret in a message', () => {
    const text =
      'accounts: { a: { keys: [{ accessKeyId: x, accessKeySecret: [hush] }], apiKeys: [[hush]] } }';
    expect(parse(text)).not.toContain('hush');
  });

  it.each([
    ['a bare key', 'hush'],
    ['a map of keys', 'main:\n  accessKeyId: hush\n  accessKeySecret: hush'],
    ['a list of keys', '- hush\n- { key: hush }'],
    ['a key where regions stand', 'regions: hush'],
    ['a key under a name of ours', 'accounts: { main: { secretKey: hush, signs: hush, keys: { a: hush } } }'],
    ['a key in place of a number', 'regions: { a: { port: hush } }'],
  ])('shows nothing of a file that was given by mistake: %s', (_, text) => {
    expect(parse(text)).toContain('must be');
    expect(parse(text)).not.toContain('hush');
  });

  it('survives a bomb of aliases', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let depth = 1; depth < 9; depth += 1) {
      const [name, before] = [String.fromCharCode(97 + depth), String.fromCharCode(96 + depth)];
      lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`);
    }
    expect(parse(lines.join('\n'))).toContain('f.yaml');
  });
});

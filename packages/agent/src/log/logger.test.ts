import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { maskNumber, maskNumbers } from './mask-numbers.ts';

function capture(): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return { lines, log: createLogger('trace', { write: (line) => void lines.push(line) }) };
}

describe('maskNumbers', () => {
  it.each([
    ['13800138000', '138****8000'],
    ['+8613800138000', '138****8000'],
    ['008613800138000', '138****8000'],
    ['+6591234567', '659****4567'],
    ['+123', '****'],
  ])('shows %s as %s', (phone, masked) => {
    expect(maskNumber(phone)).toBe(masked);
  });

  it('finds numbers in a text and leaves revisions, times and ports alone', () => {
    expect(maskNumbers('to 13800138000,+6591234567: "8613900000000"')).toBe(
      'to 138****8000,659****4567: "139****0000"',
    );
    const innocent = '{"time":1764347515123,"revision":12345678901,"host":"127.0.0.1:17280","ms":1380.0138}';
    expect(maskNumbers(innocent)).toBe(innocent);
  });
});

describe('createLogger', () => {
  it('writes one JSON object a line with a level by name and a time', () => {
    const { lines, log } = capture();
    log.child({ component: 'strategy-sync' }).info({ revision: 7 }, 'strategy applied');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      component: 'strategy-sync',
      revision: 7,
      msg: 'strategy applied',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
  });

  it('never writes secrets, parameters or whole numbers, at either depth', () => {
    const { lines, log } = capture();
    const planted = { accessKeySecret: 'S3CRET', securityToken: 'S3CRET', templateParam: { code: 'C0DE' } };
    log.info(planted, 'flat');
    log.info({ credential: planted, message: planted, err: new Error('to +8613800138000 failed') }, 'nested');
    log.error('13800138000 in the phrase itself');
    const all = lines.join('');
    expect(lines).toHaveLength(3);
    for (const leak of ['S3CRET', 'C0DE', '13800138000']) expect(all).not.toContain(leak);
    expect(all).toContain('138****8000');
  });
});

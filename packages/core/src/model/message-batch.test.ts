import { describe, expect, it } from 'vitest';
import { isMixed, signNamesOf } from './message-batch.ts';

const text = (signName: string, code: string) => ({ signName, templateParam: { code } });

describe('a batch', () => {
  it('has every sign once', () => {
    const batch = { texts: [text('a', '1'), text('b', '2'), text('a', '3')] };
    expect(signNamesOf({ signName: 'a', batch })).toEqual(['a', 'b']);
    expect(signNamesOf({ signName: 'a' })).toEqual(['a']);
  });

  it.each([
    ['no batch', undefined, false],
    ['one text', [text('a', '1')], false],
    ['the same for all', [text('a', '1'), text('a', '1')], false],
    ['another sign', [text('a', '1'), text('b', '1')], true],
    ['another parameter', [text('a', '1'), text('a', '1'), text('a', '2')], true],
    ['a parameter more', [{ signName: 'a' }, text('a', '1')], true],
    ['another extension', [text('a', '1'), { ...text('a', '1'), smsUpExtendCode: '1' }], true],
  ])('%s: mixed or not', (_name, texts, mixed) => {
    expect(isMixed(texts === undefined ? {} : { batch: { texts } })).toBe(mixed);
  });
});

import { describe, expect, it } from 'vitest';
import { constant, number, own } from '../testing/search-story.ts';
import { fitOf } from './row-fit.ts';

const at = 1_800_000_000_000;
const between = { from: at, to: at + 5000 };
const row = { phoneNumber: '13800138000', templateCode: 'SMS_1', outId: own.outId, sentAt: at };

describe('a number as shown', () => {
  it.each([
    ...['13800138000', '+8613800138000', '008613800138000', '8613800138000', '138 0013 8000'],
    ...['138****8000', '138xxxx8000', '138****', '86138****8000', ''],
  ])('"%s" may be the one that was asked for', (phoneNumber) => {
    expect(fitOf({ ...row, phoneNumber }, own, number, between)).toBe('evident');
  });

  it.each(['13800138001', '139****8000', '138****8001'])('"%s" is another', (phoneNumber) => {
    const other = { ...row, phoneNumber, outId: constant.outId };
    expect(fitOf(other, constant, number, between)).toBe('other');
    expect(fitOf({ ...row, phoneNumber }, own, number, between)).toBe('possible');
  });
});

describe('a date', () => {
  it.each([
    [-3000, 'other'],
    [-2000, 'evident'],
    [0, 'evident'],
    [35_000, 'evident'],
    [36_000, 'other'],
  ])('%i ms from the start makes a record under a caller’s OutId %s', (ms, fit) => {
    const one = { ...row, outId: constant.outId, sentAt: at + ms, content: '验证码：4071' };
    expect(fitOf(one, constant, number, between)).toBe(fit);
  });

  it('that nobody knows proves nothing', () => {
    const one = { ...row, outId: constant.outId, content: '验证码：4071' };
    expect(fitOf(one, constant, number, undefined)).toBe('possible');
    const undated = { phoneNumber: '', templateCode: 'SMS_1', outId: one.outId, content: one.content };
    expect(fitOf(undated, constant, number, between)).toBe('possible');
  });
});

describe('a text', () => {
  it.each([
    ['验证码：4071', ['4071'], 'evident'],
    ['验证码： ４０７１', ['4071'], 'evident'],
    ['您好 张 三丰，4071', ['张三丰先生', '4071'], 'other'],
    ['验证码：40**', ['4071'], 'possible'],
    ['验证码：4071', ['40', '71'], 'possible'],
    ['', ['4071'], 'possible'],
  ] as const)('"%s" with the values %j is %s', (content, values, fit) => {
    const one = { ...row, outId: constant.outId, content };
    expect(fitOf(one, { ...constant, values }, number, between)).toBe(fit);
  });
});

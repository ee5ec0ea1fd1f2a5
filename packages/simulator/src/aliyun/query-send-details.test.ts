import { beforeEach, describe, expect, it } from 'vitest';
import { AskedEndpoint, MINUTE, SEND } from '../testing/asked-endpoint.ts';
import type { AliyunEndpoint } from './aliyun-endpoint.ts';

let asked: AskedEndpoint;
beforeEach(() => {
  asked = new AskedEndpoint();
});

describe('QuerySendDetails', () => {
  const QUERY = {
    Action: 'QuerySendDetails',
    PhoneNumber: '13800138000',
    SendDate: '20260301',
    PageSize: '2',
    CurrentPage: '1',
  };
  interface Details {
    TotalCount: string;
    SmsSendDetailDTOs: { SmsSendDetailDTO: Record<string, unknown>[] };
  }
  function rows(target: AliyunEndpoint, change: object = {}): Record<string, unknown>[] {
    return (JSON.parse(asked.ask(target, { ...QUERY, ...change }).body) as Details).SmsSendDetailDTOs
      .SmsSendDetailDTO;
  }

  it('shows rows late, first as under way, then as delivered', () => {
    const target = asked.endpoint();
    asked.ask(target, { ...SEND, OutId: 'o' });
    asked.at += 999;
    expect(rows(target)).toEqual([]);
    asked.at += 1;
    expect(rows(target)).toMatchObject([
      { SendStatus: 1, ErrCode: '', OutId: 'o', SendDate: '2026-03-01 12:00:00' },
    ]);
    asked.at += 2000;
    expect(rows(target)).toMatchObject([
      { SendStatus: 3, ErrCode: 'DELIVERED', PhoneNum: '13800138000', ReceiveDate: '2026-03-01 12:00:03' },
    ]);
  });

  it('pages, newest first, and counts all', () => {
    const target = asked.endpoint();
    for (const OutId of ['a', 'b', 'c']) asked.ask(target, { ...SEND, OutId });
    asked.at += 5000;
    expect(rows(target).map((row) => row['OutId'])).toEqual(['c', 'b']);
    expect(rows(target, { CurrentPage: '2' }).map((row) => row['OutId'])).toEqual(['a']);
    expect(asked.ask(target, QUERY).body).toContain('"TotalCount":"3"');
  });

  it('keeps days apart by the clock of the region in Shanghai', () => {
    asked.at = Date.parse('2026-03-01T15:59:30Z');
    const target = asked.endpoint({}, { clockSkewMs: MINUTE });
    asked.ask(target, SEND);
    asked.at += 5000;
    expect(rows(target)).toEqual([]);
    expect(rows(target, { SendDate: '20260302' })).toMatchObject([{ SendDate: '2026-03-02 00:00:30' }]);
  });

  it('finds by BizId, in the own account only', () => {
    const target = asked.endpoint();
    asked.ask(target, SEND);
    asked.ask(target, SEND);
    asked.at += 5000;
    const [text] = asked.ledger.all();
    expect(rows(target, { BizId: text?.bizId })).toHaveLength(1);
    expect(rows(target, { BizId: 'none' })).toEqual([]);
  });

  it('masks numbers and content where told to', () => {
    const target = asked.endpoint({}, { records: { mask: 'numbers-and-content', appearAfterMs: 0 } });
    asked.ask(target, SEND);
    expect(rows(target)).toMatchObject([
      { PhoneNum: '138****8000', Content: '【阿里云】您的验证码是：****，请在5分钟内输入。' },
    ]);
  });

  it.each([
    ['no date', { SendDate: '' }, 'MissingSendDate'],
    ['a date that is none', { SendDate: '20260230' }, 'isv.INVALID_PARAMETERS'],
    ['a date of two months ago', { SendDate: '20260101' }, 'isv.INVALID_PARAMETERS'],
    ['pages of 51', { PageSize: '51' }, 'isv.INVALID_PARAMETERS'],
    ['page 0', { CurrentPage: '0' }, 'isv.INVALID_PARAMETERS'],
    ['no number', { PhoneNumber: 'x' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
  ])('refuses %s', (_, change, code) => {
    expect(asked.ask(asked.endpoint(), { ...QUERY, ...change }).code).toBe(code);
  });
});

import { describe, expect, it } from 'vitest';
import { codeOf, readPageRows } from '../../testing/page-rows.ts';
import { compatCodes } from './compat-codes.ts';

describe('docs/reference/compat.md', () => {
  it('explains every code with its status, and no other', async () => {
    const rows = (await readPageRows('compat.md')).filter(([code]) => codeOf(code) !== undefined);
    const documented = rows
      .filter(([, status]) => /^\d{3}$/.test(status ?? ''))
      .map(([code, status, words]) => {
        expect(words).toMatch(/.{10,}/);
        return [codeOf(code), Number(status)];
      });
    const known = Object.entries(compatCodes).map(([code, { status }]) => [code, status]);
    expect(documented).toEqual(known);
  });
});

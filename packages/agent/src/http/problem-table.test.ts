import { describe, expect, it } from 'vitest';
import { codeOf, readPageRows } from '../testing/page-rows.ts';
import { problemTable } from './problem-table.ts';

describe('docs/reference/http.md', () => {
  it('explains every code with its status, and no other', async () => {
    const rows = (await readPageRows('http.md')).filter(([code]) => /^[A-Z_]+$/.test(codeOf(code) ?? ''));
    const documented = rows.map(([code, status, retryable, words]) => {
      expect(words).toMatch(/.{10,}/);
      return [codeOf(code), Number(status), retryable === 'yes'];
    });
    const known = Object.entries(problemTable).map(([code, { status, retryable }]) => [
      code,
      status,
      retryable,
    ]);
    expect(documented).toEqual(known);
  });
});

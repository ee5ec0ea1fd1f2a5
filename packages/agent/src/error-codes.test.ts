import { errorCodes, WaystationError } from '@waystation/core';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from './exit-code.ts';
import { codeOf, readPageRows } from './testing/page-rows.ts';

describe('docs/reference/errors.md', () => {
  it('explains every error code once, and no other', async () => {
    const rows = (await readPageRows('errors.md')).filter((cells) => cells.length === 3);
    const documented = rows.map(([code]) => codeOf(code)).filter((code) => code !== undefined);
    expect(documented.sort()).toEqual([...errorCodes].sort());
    for (const [code, what, remedy] of rows) {
      expect(`${code ?? ''} ${what ?? ''} ${remedy ?? ''}`).toMatch(/^\S+ .{3,} .{3,}/);
    }
  });

  it('names the exit code of every failure that ends an agent at its start', async () => {
    const rows = (await readPageRows('errors.md')).filter((cells) => cells.length === 2);
    for (const code of errorCodes) {
      const row = rows.find(([, when]) => when?.includes(`\`${code}\``) === true);
      expect([code, exitCodeOf(new WaystationError(code, ''))]).toEqual([code, Number(row?.[0] ?? 1)]);
    }
  });
});

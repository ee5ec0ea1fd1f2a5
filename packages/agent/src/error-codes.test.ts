import { readFile } from 'node:fs/promises';
import { errorCodes } from '@waystation/core';
import { describe, expect, it } from 'vitest';

describe('docs/reference/errors.md', () => {
  it('explains every error code once, and no other', async () => {
    const page = await readFile(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| `([A-Z]+_[A-Z_]+)` \| .{10,} \| .{10,} \|$/gm)].map(
      ([, code]) => code,
    );
    expect(documented.sort()).toEqual([...errorCodes].sort());
  });
});

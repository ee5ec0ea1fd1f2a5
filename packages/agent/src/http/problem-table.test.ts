import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { problemTable } from './problem-table.ts';

describe('docs/reference/http.md', () => {
  it('explains every code with its status, and no other', async () => {
    const page = await readFile(new URL('../../../../docs/reference/http.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (yes|no) \| .{10,} \|$/gm)];
    const documented = Object.fromEntries(
      rows.map(([, code = '', status, retryable]) => [
        code,
        { status: Number(status), retryable: retryable === 'yes' },
      ]),
    );
    const known = Object.entries(problemTable).map(([code, { status, retryable }]) => [
      code,
      { status, retryable },
    ]);
    expect(documented).toEqual(Object.fromEntries(known));
    expect(rows).toHaveLength(known.length);
  });
});

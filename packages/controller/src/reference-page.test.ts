import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { referencePage } from './reference-page.ts';

/** Words and marks alone: how a formatter aligns tables and breaks lines does not count. */
const essence = (page: string): string => page.replace(/[\s-]+/g, ' ');

it('docs/reference/wayctl.md says what the commands say', async () => {
  const page = await readFile(new URL('../../../docs/reference/wayctl.md', import.meta.url), 'utf8');
  expect(essence(page)).toBe(essence(referencePage()));
});

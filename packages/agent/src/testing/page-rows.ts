import { readFile } from 'node:fs/promises';

/** The rows of all tables of a page in `docs/reference/`, each as its cells without padding. */
export async function readPageRows(name: string): Promise<string[][]> {
  const page = await readFile(new URL(`../../../../docs/reference/${name}`, import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** The text of a cell that is code and nothing else. */
export function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]+)`$/.exec(cell ?? '')?.[1];
}

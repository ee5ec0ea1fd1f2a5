import { displayWidth, printable } from './printable.ts';

/** A cell: its text, and how it is painted once its width is known. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/** Lays rows out under headings, columns aligned, two spaces apart; the last column runs free. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map(toCell));
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => displayWidth(row[column]?.text ?? ''))),
  );
  const lines = cells.map((row) =>
    row
      .map(({ text, paint }, column) =>
        column === row.length - 1
          ? paint(text)
          : paint(text) + ' '.repeat((widths[column] ?? 0) - displayWidth(text) + 2),
      )
      .join('')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function toCell(cell: Cell): { text: string; paint: (text: string) => string } {
  return typeof cell === 'string'
    ? { text: printable(cell), paint: (text) => text }
    : { text: printable(cell.text), paint: cell.paint };
}

/** Marks the lines that wayctl itself puts on top of a document in the editor. */
const marker = '#!';

/** Puts notes on top of a document, in place of those that stood there. */
export function withNotes(text: string, notes: readonly string[]): string {
  const lines = notes.flatMap((note) => note.split('\n')).map((line) => `${marker} ${line}`.trimEnd());
  return `${lines.map((line) => `${line}\n`).join('')}${withoutNotes(text)}`;
}

/** The document without wayctl's notes; a person's own comments stay. */
export function withoutNotes(text: string): string {
  const lines = text.split('\n');
  let first = 0;
  while (lines[first]?.startsWith(marker) === true) first += 1;
  return lines.slice(first).join('\n');
}

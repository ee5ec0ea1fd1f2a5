/** A place in a text, both counted from 1. */
export interface DocumentPlace {
  readonly line: number;
  readonly column: number;
}

/** A mistake in a document; without a place where it concerns the whole. */
export interface DocumentIssue extends Partial<DocumentPlace> {
  /** What is wrong, without the document's name or the place. */
  readonly message: string;
}

/** A mistake as one line, as editors and compilers write it: `strategy.yaml:3:5: …`. */
export function describeIssue(name: string, { line, column, message }: DocumentIssue): string {
  return line === undefined || column === undefined
    ? `${name}: ${message}`
    : `${name}:${line}:${column}: ${message}`;
}

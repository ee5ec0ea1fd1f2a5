import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLError } from 'yaml';
import type { DocumentIssue, DocumentPlace } from './document-place.ts';

/** YAML that has been read, mistakes and all. */
export interface YamlText {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Parses YAML 1.2 (of which JSON is a part). Nesting has to be bounded before. */
export function parseYaml(text: string): YamlText {
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, version: '1.2', schema: 'core' } as const;
  return { document: parseDocument(text, options), lines };
}

const mostIssues = 20;

/** What is wrong with parsed YAML; a tag that means nothing here is as wrong as a bracket that is not closed. */
export function yamlIssues(text: string, { document, lines }: YamlText): DocumentIssue[] {
  const problems = [...document.errors, ...document.warnings].slice(0, mostIssues);
  if (problems.some(({ message }) => message.includes('call stack'))) {
    return [{ message: 'must not be nested so deep' }];
  }
  if (problems.length > 0) {
    return problems.map((problem) => ({
      ...placeOf(lines, problem.pos[0]),
      message: sayProblem(text, problem),
    }));
  }
  const odd = findOddKey(document);
  if (odd === undefined) return [];
  const message = 'a key must be plain text, not a list, a mapping, an alias or nothing';
  return [{ ...placeOf(lines, odd), message }];
}

/** A place by its offset in the text. */
function placeOf(lines: LineCounter, offset: number): DocumentPlace {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function sayProblem(text: string, { code, message, pos }: YAMLError): string {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[^:\r\n]{1,63}/.exec(text.slice(pos[0]))?.[0].trim() ?? '';
    return `the key ${key} stands twice in one mapping`;
  }
  return code === 'MULTIPLE_DOCS' ? 'there must be one document, and here begins a second' : message;
}

/** The place of the first key that is no text: JSON could not hold it. */
function findOddKey(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value !== null) return undefined;
      const range = typeof key === 'object' && key !== null && 'range' in key ? key.range : undefined;
      found = Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
      return visit.BREAK;
    },
  });
  return found;
}

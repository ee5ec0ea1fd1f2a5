import { isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
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
  if (odd !== undefined) {
    const message = 'a key must be plain text, not a list, a mapping, an alias or nothing';
    return [{ ...placeOf(lines, odd), message }];
  }
  const loop = findLoop(document);
  if (loop === undefined) return [];
  return [{ ...placeOf(lines, loop.at), message: `*${loop.name} stands within what it names` }];
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

/** The first alias of something that holds it: JSON could not write that down. */
function findLoop(document: Document.Parsed): { readonly at: number; readonly name: string } | undefined {
  let found: { readonly at: number; readonly name: string } | undefined;
  visit(document, {
    Alias(_, alias, path) {
      const within = path.some((node) => isNode(node) && node.anchor === alias.source);
      // An anchor may be named again inside; to find out takes a walk, so it is asked last.
      if (!within || !path.some((node) => node === alias.resolve(document))) return undefined;
      found = { at: alias.range?.[0] ?? 0, name: alias.source };
      return visit.BREAK;
    },
  });
  return found;
}

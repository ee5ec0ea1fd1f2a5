import type { DocumentPath } from '@waystation/core';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { repeatsKeys } from './repeated-keys.ts';

/** A mistake in a document, where a person finds it. */
export interface DocumentIssue {
  /** 1 for the first; 0 where the mistake has no place. */
  readonly line: number;
  readonly column: number;
  /** A sentence that begins with the document's name and the place: `strategy.yaml:3:5: …`. */
  readonly message: string;
}

/** A value, or every mistake that keeps a text from being one. */
export type DocumentRead =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where a path of the value, or the nearest above it that stands in the text, begins: `strategy.yaml:3:5`. */
      locate(at: DocumentPath): string;
    }
  | { readonly ok: false; readonly issues: readonly DocumentIssue[] };

/** Bounds of a document. */
export interface DocumentLimits {
  /** Longest text in bytes of UTF-8; default 1.5 MB, which is all that etcd takes. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 1_500_000;
const deepest = 64;
const mostIssues = 20;

/**
 * Reads YAML 1.2 or JSON: one document, no key twice, aliases and size bounded. `name` is what messages call it; a
 * name that ends with `.json` is held to JSON. Never throws.
 */
export function readDocument(text: string, name: string, limits: DocumentLimits = {}): DocumentRead {
  const maxBytes = limits.maxBytes ?? defaultMaxBytes;
  const size = Buffer.byteLength(text);
  if (size > maxBytes) return refuse(name, `must be at most ${maxBytes} bytes, got ${size}`);
  const depth = nesting(text);
  if (depth > deepest) return refuse(name, `must not be nested more than ${deepest} levels deep`);
  const json = readJson(text);
  if (json !== undefined && !repeatsKeys(text, json.value)) {
    return { ok: true, value: json.value, locate: locator(text, name) };
  }
  if (json === undefined && name.endsWith('.json')) {
    const yaml = readYaml(text, name);
    return yaml.ok ? refuse(name, 'is no JSON, though its name ends with .json') : yaml;
  }
  return readYaml(text, name);
}

/** JSON is tried first: for a large document it is a hundred times faster. */
function readJson(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function readYaml(text: string, name: string): DocumentRead {
  const lines = new LineCounter();
  try {
    const document = parse(text, lines);
    const problems = [...document.errors, ...document.warnings];
    if (problems.length > 0) {
      const issues = problems.slice(0, mostIssues).map(({ message, pos }) => {
        return issueAt(name, lines.linePos(pos[0]), message);
      });
      return { ok: false, issues };
    }
    const odd = findOddKey(document);
    if (odd !== undefined) return { ok: false, issues: [issueAt(name, lines.linePos(odd), oddKey)] };
    return {
      ok: true,
      value: document.toJS({ maxAliasCount: 100 }),
      locate: (at) => locate(document, lines, name, at),
    };
  } catch (error) {
    // An alias bomb or an alias to nowhere is found only now; the library says it in words.
    return refuse(name, error instanceof Error ? error.message : String(error));
  }
}

function parse(text: string, lines: LineCounter) {
  return parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
    version: '1.2',
    schema: 'core',
    logLevel: 'silent',
  });
}

const oddKey = 'a key must be plain text, not a list, a mapping or nothing';

/** The place of a key that is no text: a mapping could not say it in JSON. */
function findOddKey(document: Document): number | undefined {
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

/** Places are asked for only when something is wrong, so the slower parse waits until then. */
function locator(text: string, name: string): (at: DocumentPath) => string {
  let parsed: { readonly document: Document; readonly lines: LineCounter } | undefined;
  return (at) => {
    if (parsed === undefined) {
      const lines = new LineCounter();
      parsed = { document: parse(text, lines), lines };
    }
    return locate(parsed.document, parsed.lines, name, at);
  };
}

function locate(document: Document, lines: LineCounter, name: string, at: DocumentPath): string {
  for (let length = at.length; length > 0; length -= 1) {
    const offset = offsetOf(document, at.slice(0, length));
    if (offset === undefined) continue;
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  }
  return name;
}

function offsetOf(document: Document, at: DocumentPath): number | undefined {
  const parent: unknown = at.length === 1 ? document.contents : document.getIn(at.slice(0, -1), true);
  const key = at.at(-1);
  if (typeof parent === 'object' && parent !== null && 'items' in parent && Array.isArray(parent.items)) {
    for (const item of parent.items as unknown[]) {
      const offset = startOfKey(item, key);
      if (offset !== undefined) return offset;
    }
    if (typeof key === 'number') return startOf(parent.items[key]);
  }
  return undefined;
}

function startOfKey(item: unknown, key: string | number | undefined): number | undefined {
  if (typeof item !== 'object' || item === null || !('key' in item)) return undefined;
  const name = item.key;
  return isScalar(name) && String(name.value) === String(key) ? startOf(name) : undefined;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) {
    return undefined;
  }
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : undefined;
}

/** How deep brackets nest at most, counted before any parser recurses; brackets in texts count as well. */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '{' || character === '[') most = Math.max(most, (depth += 1));
    else if (character === '}' || character === ']') depth = Math.max(0, depth - 1);
  }
  return most;
}

function issueAt(name: string, { line, col }: { line: number; col: number }, message: string): DocumentIssue {
  return { line, column: col, message: `${name}:${line}:${col}: ${message}` };
}

function refuse(name: string, claim: string): DocumentRead {
  return { ok: false, issues: [{ line: 0, column: 0, message: `${name}: ${claim}` }] };
}

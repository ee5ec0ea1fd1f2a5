import type { DocumentPath } from '@waystation/core';
import type { DocumentIssue, DocumentPlace } from './document-place.ts';
import { readJson, repeatsKeys } from './json-text.ts';
import { locate } from './locate.ts';
import { parseYaml, yamlIssues } from './yaml-text.ts';
import type { YamlText } from './yaml-text.ts';

/** A value, or every mistake that keeps a text from being one. */
export type DocumentRead =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where a path of the value begins; of one that the text does not have, the nearest above that it has. */
      readonly locate: (at: DocumentPath) => DocumentPlace | undefined;
    }
  | { readonly ok: false; readonly issues: readonly DocumentIssue[] };

/** Bounds of a document. */
export interface DocumentLimits {
  /** Longest text in bytes of UTF-8; default 1.5 MB, which is all that etcd takes. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 1_500_000;
const deepest = 64;

/**
 * Reads YAML 1.2 or JSON: one document, no key twice, aliases, depth and size bounded. Where `name` ends with
 * `.json`, only JSON is taken. Never throws.
 */
export function readDocument(text: string, name: string, limits: DocumentLimits = {}): DocumentRead {
  const maxBytes = limits.maxBytes ?? defaultMaxBytes;
  const size = Buffer.byteLength(text);
  if (size > maxBytes) return refuse({ message: `must be at most ${maxBytes} bytes, got ${size}` });
  if (bracketDepth(text) > deepest) {
    return refuse({ message: `must not be nested more than ${deepest} levels deep` });
  }
  // A byte order mark is what some editors put in front of any text.
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const json = /^\s*[{[]/.test(plain) || name.endsWith('.json') ? readJson(plain) : undefined;
  if (json?.ok === false && name.endsWith('.json')) return refuse(json.issue);
  // JSON is tried first: on a large document its parser is a hundred times faster.
  if (json?.ok === true && !repeatsKeys(plain, json.value)) {
    return { ok: true, value: json.value, locate: lazyLocate(plain) };
  }
  return readYaml(plain);
}

function readYaml(text: string): DocumentRead {
  try {
    const yaml = parseYaml(text);
    const issues = yamlIssues(text, yaml);
    if (issues.length > 0) return { ok: false, issues };
    return {
      ok: true,
      value: yaml.document.toJS({ maxAliasCount: 100 }),
      locate: (at) => locate(yaml.document.contents, yaml.lines, at),
    };
  } catch (error) {
    // An alias bomb or an alias to nowhere shows only when the value is built; the library says it in words.
    return refuse({ message: error instanceof Error ? error.message : String(error) });
  }
}

/** Places are asked for only when something is wrong, so the slow parse waits until then. */
function lazyLocate(text: string): (at: DocumentPath) => DocumentPlace | undefined {
  let yaml: YamlText | undefined;
  return (at) => {
    yaml ??= parseYaml(text);
    return locate(yaml.document.contents, yaml.lines, at);
  };
}

/** How deep brackets nest at most, counted before any parser recurses; brackets in texts count as well. */
function bracketDepth(text: string): number {
  let depth = 0;
  let most = 0;
  for (const character of text) {
    if (character === '{' || character === '[') most = Math.max(most, (depth += 1));
    else if (character === '}' || character === ']') depth = Math.max(0, depth - 1);
  }
  return most;
}

function refuse(issue: DocumentIssue): DocumentRead {
  return { ok: false, issues: [issue] };
}

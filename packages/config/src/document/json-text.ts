import type { DocumentIssue } from './document-place.ts';

/** A JSON value, or why a text is none. */
export type JsonRead =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issue: DocumentIssue };

/** Reads JSON; a mistake has its line and column where the engine says where it is. */
export function readJson(text: string): JsonRead {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(words)?.[1];
    const message = `is no JSON: ${words.replace(/ in JSON at position.*$/s, '')}`;
    const offset = position === undefined ? text.length : Number(position);
    const before = text.slice(0, offset).split('\n');
    return { ok: false, issue: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message } };
  }
}

/**
 * Whether JSON text holds a key twice in one mapping, which `JSON.parse` passes over without a word: the text then
 * has more keys than the value that came of it.
 */
export function repeatsKeys(text: string, value: unknown): boolean {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/gs)) {
    if (colon !== undefined) keys += 1;
  }
  return keys !== countKeys(value);
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : items.length;
  return items.reduce<number>((count, item) => count + countKeys(item), own);
}

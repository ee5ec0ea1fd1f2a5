import { renderPath } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import type { StrategyIssue } from './strategy-issue.ts';

const deepest = 32;

/**
 * The first thing in a value that no JSON document can hold or that is no honest part of one: a circle or a
 * great depth, or a key `__proto__`, which parsers tend to drop without a word.
 */
export function findUnplain(document: unknown): StrategyIssue | undefined {
  const found = search(document, 0);
  if (found === undefined) return undefined;
  const at = found.at.slice(0, deepest);
  const path = renderPath(at, document);
  return { path, at, message: `${path === '' ? 'the strategy' : path} ${found.claim}` };
}

function search(value: unknown, depth: number): { at: DocumentPath; claim: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > deepest) return { at: [], claim: `must not be nested more than ${deepest} levels deep` };
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') return { at: [], claim: 'must not have a key __proto__' };
    const found = search(item, depth + 1);
    if (found !== undefined) {
      return { at: [Array.isArray(value) ? Number(key) : key, ...found.at], claim: found.claim };
    }
  }
  return undefined;
}

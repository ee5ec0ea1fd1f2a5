import type { Steps } from '../steps.ts';
import type { DocumentPath } from './document-path.ts';
import { issueOf } from './shape-issues.ts';
import type { StrategyIssue } from './strategy-issue.ts';

const deepest = 32;

/**
 * The first thing in a value that no JSON document can hold or that is no honest part of one: a circle or a
 * great depth, or a key `__proto__`, which parsers tend to drop without a word.
 */
export function* findUnplain(document: unknown): Steps<StrategyIssue | undefined> {
  const found = yield* search(document, []);
  return found === undefined ? undefined : issueOf(document, found.at, found.claim);
}

interface Found {
  readonly at: DocumentPath;
  readonly claim: string;
}

function* search(value: unknown, above: readonly object[]): Steps<Found | undefined> {
  if (typeof value !== 'object' || value === null) return undefined;
  yield;
  if (above.includes(value)) return { at: [], claim: 'must not contain itself' };
  if (above.length > deepest) return { at: [], claim: `must not be nested more than ${deepest} levels deep` };
  const here = [...above, value];
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') return { at: [], claim: 'must not have a key __proto__' };
    // What holds nothing is no work of its own.
    if (typeof item !== 'object' || item === null) continue;
    const found = yield* search(item, here);
    if (found !== undefined) {
      return { at: [Array.isArray(value) ? Number(key) : key, ...found.at], claim: found.claim };
    }
  }
  return undefined;
}

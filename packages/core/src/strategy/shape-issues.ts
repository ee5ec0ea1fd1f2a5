import type * as z from 'zod';
import { renderPath, valueAt } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import { describeAllowed, knownKeys, shapeAt } from './known-shape.ts';
import { nearestName } from './nearest-name.ts';
import { showValue } from './show-value.ts';
import type { StrategyIssue } from './strategy-issue.ts';

/** An issue whose sentence is: where, and then the claim. */
export function issueOf(document: unknown, at: DocumentPath, claim: string): StrategyIssue {
  const value = valueAt(document, at);
  const path = renderPath(at, document);
  const message = `${path === '' ? 'the strategy' : path} ${claim}`;
  return value === undefined ? { path, at, message } : { path, at, message, value };
}

/** An issue whose sentence is: where, what must be, what was found. */
function makeIssue(document: unknown, at: DocumentPath, allowed: string): StrategyIssue {
  const value = valueAt(document, at);
  const found = value === undefined ? `is missing: it ${allowed}` : `${allowed}, got ${showValue(value)}`;
  return issueOf(document, at, found);
}

/** What zod found in a document, in our words; one issue a place, one for each unknown key. */
export function issuesOfShape(document: unknown, found: readonly z.core.$ZodIssue[]): StrategyIssue[] {
  const issues = new Map<string, StrategyIssue>();
  for (const issue of found) {
    for (const translated of translate(document, issue)) {
      const place = JSON.stringify(translated.at);
      if (!issues.has(place)) issues.set(place, translated);
    }
  }
  return [...issues.values()];
}

function translate(document: unknown, issue: z.core.$ZodIssue): StrategyIssue[] {
  const at = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(document, at);
      return issue.keys.map((key) => unknownKey(document, [...at, key], known));
    }
    case 'invalid_key':
      return [unfitName(document, at, issue.issues[0]?.message ?? 'must be a name')];
    case 'invalid_format':
    case 'custom':
      return [makeIssue(document, at, issue.message)];
    default:
      return [makeIssue(document, at, describeAllowed(shapeAt(document, at)))];
  }
}

function unknownKey(document: unknown, at: DocumentPath, known: readonly string[]): StrategyIssue {
  const nearest = nearestName(String(at.at(-1)), known);
  const hint = nearest === undefined ? `known here are ${known.join(', ')}` : `did you mean ${nearest}?`;
  return issueOf(document, at, `is not a known key; ${hint}`);
}

function unfitName(document: unknown, at: DocumentPath, allowed: string): StrategyIssue {
  return issueOf(document, at, `has a name that ${allowed}, got ${showValue(at.at(-1))}`);
}

import { WaystationError } from '../errors.ts';
import { strategyShape } from '../model/strategy-shape.ts';
import type { Strategy } from '../model/strategy-shape.ts';
import { finish } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { migrateStrategy } from './migrate-strategy.ts';
import { findUnplain } from './plain-document.ts';
import { readShape } from './read-shape.ts';
import { findRelationIssues, mostIssues } from './relations.ts';
import { issueOf, issuesOfShape } from './shape-issues.ts';
import type { StrategyIssue, StrategyWarning } from './strategy-issue.ts';
import { strategyWarnings } from './strategy-warnings.ts';

/** A strategy with every default filled in, or everything that is wrong with the document. */
export type StrategyParse =
  | { readonly ok: true; readonly strategy: Strategy; readonly warnings: readonly StrategyWarning[] }
  | StrategyRefusal;

/** Why a document is no strategy: every mistake at once, up to 200 of them, at least one. */
export interface StrategyRefusal {
  readonly ok: false;
  readonly code: 'STRATEGY_INVALID' | 'STRATEGY_TOO_NEW';
  readonly issues: readonly StrategyIssue[];
}

/** Reads a strategy from whatever a file or the store held. Never throws. */
export function parseStrategy(value: unknown): StrategyParse {
  return finish(parseStrategyInSteps(value));
}

/** As `parseStrategy`, in steps as small as one channel or one route of a strategy that is good. */
export function* parseStrategyInSteps(value: unknown): Steps<StrategyParse> {
  const unplain = yield* findUnplain(value);
  if (unplain !== undefined) return { ok: false, code: 'STRATEGY_INVALID', issues: [unplain] };
  const migrated = migrateStrategy(value);
  if (!migrated.ok) return { ok: false, code: migrated.code, issues: [migrated.issue] };
  const { document } = migrated;
  const strategy = yield* readShape(document);
  if (strategy === undefined || (yield* findRelationIssues(strategy)).length > 0) {
    return { ok: false, code: 'STRATEGY_INVALID', issues: findIssues(document) };
  }
  return { ok: true, strategy, warnings: yield* strategyWarnings(strategy) };
}

/** An author wants to hear of wrong fields and of wrong relations at once. */
function findIssues(document: unknown): StrategyIssue[] {
  const shaped = strategyShape.safeParse(document);
  const found = issuesOfShape(document, (shaped.error?.issues ?? []).slice(0, mostIssues));
  const relations = finish(findRelationIssues(document)).map(({ at, claim }) => issueOf(document, at, claim));
  return [...found, ...relations].slice(0, mostIssues);
}

const mostInMessage = 20;

/** The error for a refused document, its first 20 issues in the message. */
export function strategyError({ code, issues }: StrategyRefusal): WaystationError {
  const shown = issues.slice(0, mostInMessage).map(({ message }) => message);
  if (issues.length > mostInMessage) shown.push(`and ${issues.length - mostInMessage} more`);
  return new WaystationError(code, shown.join('; '));
}

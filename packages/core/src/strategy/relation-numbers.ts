import { defaultStrategy } from './default-strategy.ts';
import { renderPath, valueAt } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import type { DocumentView } from './document-view.ts';
import type { RelationIssue } from './relation-issue.ts';

/** Smaller, larger, and whether they may be equal. */
const pairs: readonly (readonly [DocumentPath, '<' | '≤', DocumentPath])[] = [
  [['retry', 'baseDelayMs'], '≤', ['retry', 'maxDelayMs']],
  [['reconcile', 'firstMs'], '≤', ['reconcile', 'budgetMs']],
  [['reconcile', 'settleMs'], '<', ['reconcile', 'budgetMs']],
  [['health', 'goodMs'], '<', ['health', 'badMs']],
  [['health', 'ejection', 'baseMs'], '≤', ['health', 'ejection', 'maxMs']],
];

/** What numbers demand of one another, those left out counting as their defaults. */
export function numberIssues({ document }: DocumentView): RelationIssue[] {
  return pairs.flatMap(([smaller, sign, larger]) => {
    const low = numberAt(document, smaller);
    const high = numberAt(document, larger);
    if (low.number === undefined || high.number === undefined) return [];
    if (sign === '<' ? low.number < high.number : low.number <= high.number) return [];
    // The one that was written is to blame; the other may be a default.
    const [at, other, words, limit] = low.written
      ? ([smaller, larger, sign === '<' ? 'less than' : 'at most', high] as const)
      : ([larger, smaller, sign === '<' ? 'more than' : 'at least', low] as const);
    const note = limit.written ? '' : ', its default';
    const got = low.written ? low.number : high.number;
    const claim = `must be ${words} ${renderPath(other)} (${limit.number}${note}), got ${got}`;
    return [{ at, say: () => claim }];
  });
}

function numberAt(document: unknown, at: DocumentPath): { number: number | undefined; written: boolean } {
  const value = valueAt(document, at);
  const written = value !== undefined;
  const number = written ? value : valueAt(defaultStrategy(), at);
  return { number: typeof number === 'number' ? number : undefined, written };
}

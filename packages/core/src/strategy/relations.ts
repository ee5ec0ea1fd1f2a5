import { eachInSteps } from '../steps.ts';
import type { Steps } from '../steps.ts';
import type { DocumentPath } from './document-path.ts';
import { viewDocument } from './document-view.ts';
import { limitIssues } from './relation-limits.ts';
import { numberIssues } from './relation-numbers.ts';
import { placeholderIssues } from './relation-placeholders.ts';
import { routeIssues } from './relation-routes.ts';

/** Mistakes that are shown of one document; who made more than these mends the first and asks again. */
export const mostIssues = 200;

/**
 * What in a document contradicts something else in it, up to `mostIssues`. Takes any document, so that a wrong shape
 * in one place does not hide a wrong relation in another.
 */
export function* findRelationIssues(
  document: unknown,
): Steps<{ readonly at: DocumentPath; readonly claim: string }[]> {
  const view = yield* viewDocument(document);
  const inRoutes = yield* routeIssues(view);
  const found = yield* eachInSteps([limitIssues, placeholderIssues, numberIssues], (find) => find(view));
  return [...inRoutes, ...found.flat()].slice(0, mostIssues).map(({ at, say }) => ({ at, claim: say() }));
}

import { viewDocument } from './document-view.ts';
import type { RelationIssue } from './relation-issue.ts';
import { limitIssues } from './relation-limits.ts';
import { numberIssues } from './relation-numbers.ts';
import { placeholderIssues } from './relation-placeholders.ts';
import { routeIssues } from './relation-routes.ts';

/**
 * Everything in a document that contradicts something else in it. Takes any document, so that a wrong shape in one
 * place does not hide a wrong relation in another.
 */
export function findRelationIssues(document: unknown): RelationIssue[] {
  const view = viewDocument(document);
  return [...routeIssues(view), ...limitIssues(view), ...placeholderIssues(view), ...numberIssues(view)];
}

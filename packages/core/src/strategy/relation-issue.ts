import type { DocumentPath } from './document-path.ts';

/** A place that is well formed by itself and wrong beside another. */
export interface RelationIssue {
  readonly at: DocumentPath;
  /**
   * The sentence that the place's path begins: `repeats cn-hangzhou, which stands at [0]`. Made only when asked for:
   * looking for the name that was meant takes long, and of a thousand mistakes not all are shown.
   */
  readonly say: () => string;
}

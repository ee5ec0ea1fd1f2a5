import { readDocument, strategyDigest } from '@waystation/config';
import type { DocumentIssue, DocumentPlace } from '@waystation/config';
import { parseStrategy } from '@waystation/core';
import type { DocumentPath, Strategy, StrategyInput, StrategyParse } from '@waystation/core';

/** One mistake of a document. */
export interface Mistake extends DocumentIssue {
  /** Where in the document: `routes.otp.policy`; absent where the text is none at all. */
  readonly path?: string;
}

/** A document that is a strategy. */
export interface ValidStrategy {
  readonly valid: true;
  /** As its author wrote it, defaults left out: what is stored. */
  readonly document: StrategyInput;
  /** With every default filled in. */
  readonly strategy: Strategy;
  readonly digest: string;
  /** What is valid but hardly meant, in sentences. */
  readonly warnings: readonly string[];
}

/** A document that is none, with every mistake. */
export interface InvalidStrategy {
  readonly valid: false;
  readonly code: 'STRATEGY_INVALID' | 'STRATEGY_TOO_NEW';
  readonly mistakes: readonly Mistake[];
}

/** What became of a document. */
export type CheckedStrategy = ValidStrategy | InvalidStrategy;

/** Reads YAML or JSON and checks it; a `name` that ends with `.json` takes JSON alone. */
export function checkText(text: string, name: string): CheckedStrategy {
  const read = readDocument(text, name);
  if (read.ok) return toChecked(read.value, parseStrategy(read.value), read.locate);
  return { valid: false, code: 'STRATEGY_INVALID', mistakes: read.issues };
}

/** Checks a document that was read, or made, before. */
export function checkDocument(document: unknown): CheckedStrategy {
  return toChecked(document, parseStrategy(document), () => undefined);
}

function toChecked(
  document: unknown,
  parsed: StrategyParse,
  locate: (at: DocumentPath) => DocumentPlace | undefined,
): CheckedStrategy {
  if (!parsed.ok) {
    const mistakes = parsed.issues.map(({ path, at, message }) => {
      const place = locate(at);
      return place === undefined ? { message, path } : { message, path, ...place };
    });
    return { valid: false, code: parsed.code, mistakes };
  }
  const { strategy, warnings } = parsed;
  return {
    valid: true,
    // What parses is what the schema takes in.
    document: document as StrategyInput,
    strategy,
    digest: strategyDigest(strategy),
    warnings: warnings.map(({ message }) => message),
  };
}

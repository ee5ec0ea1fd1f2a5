import type { Candidate } from './attempt-verdict.ts';
import type { Outcome } from './outcome.ts';

/** What of a message an account may lack. */
export interface Content {
  readonly signName: string;
  readonly templateCode: string;
}

/** What a block keeps messages from. */
export type BlockScope =
  | { readonly kind: 'account' | 'credential' | 'channel' | 'host'; readonly name: string }
  /** One sign and template in one account. */
  | ({ readonly kind: 'content'; readonly name: string } & Content);

/** One text for one scope. */
export function scopeKey(scope: BlockScope): string {
  const content = scope.kind === 'content' ? [scope.signName, scope.templateCode] : [];
  return JSON.stringify([scope.kind, scope.name, ...content]);
}

/** Every scope that a candidate is in with a message. */
export function scopesOf(candidate: Candidate, { signName, templateCode }: Content): readonly BlockScope[] {
  return [
    { kind: 'account', name: candidate.account },
    { kind: 'content', name: candidate.account, signName, templateCode },
    { kind: 'credential', name: candidate.credential },
    { kind: 'channel', name: candidate.channel },
    { kind: 'host', name: candidate.host },
  ];
}

/** What an outcome blocks for other messages too; undefined: nothing. */
export function blockedScope(
  candidate: Candidate,
  content: Content,
  outcome: Outcome,
): BlockScope | undefined {
  // What this host refused by itself costs nothing to ask again, and is over once a person has acted.
  if (!outcome.written) return undefined;
  switch (outcome.class) {
    case 'unprovisioned': {
      const { signName, templateCode } = content;
      return { kind: 'content', name: candidate.account, signName, templateCode };
    }
    case 'account':
    case 'throttled':
    case 'misconfigured': {
      const kind = outcome.excludes;
      if (kind === 'everything' || kind === 'nothing') return undefined;
      return { kind, name: candidate[kind] };
    }
    default:
      return undefined;
  }
}

import { signNamesOf } from '../model/message-batch.ts';
import type { MessageBatch } from '../model/message-batch.ts';
import type { Candidate } from './attempt-verdict.ts';
import type { Outcome } from './outcome.ts';

/** What of a message an account may lack. */
export interface Content {
  readonly signName: string;
  readonly templateCode: string;
  readonly batch?: MessageBatch;
}

/** What a block keeps messages from. */
export type BlockScope =
  | { readonly kind: 'account' | 'credential' | 'channel' | 'host'; readonly name: string }
  /** One sign and template in one account. */
  | ({ readonly kind: 'content'; readonly name: string } & Omit<Content, 'batch'>);

/** One text for one scope. */
export function scopeKey(scope: BlockScope): string {
  const content = scope.kind === 'content' ? [scope.signName, scope.templateCode] : [];
  return JSON.stringify([scope.kind, scope.name, ...content]);
}

/** Every scope that a candidate is in with a message. */
export function scopesOf(candidate: Candidate, content: Content): readonly BlockScope[] {
  const { account } = candidate;
  const { templateCode } = content;
  return [
    { kind: 'account', name: account },
    ...signNamesOf(content).map(
      (signName) => ({ kind: 'content', name: account, signName, templateCode }) as const,
    ),
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
      const { templateCode } = content;
      const [signName, ...others] = signNamesOf(content);
      // Which of several signs is missing is not told.
      if (signName === undefined || others.length > 0) return undefined;
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

import type { Instant } from '../clock.ts';
import type { Candidate } from './attempt-verdict.ts';
import { blockMs } from './block-end.ts';
import type { BlockTime } from './block-end.ts';
import { blockedScope, scopeKey, scopesOf } from './block-scope.ts';
import type { BlockScope, Content } from './block-scope.ts';
import type { Outcome, OutcomeClass } from './outcome.ts';

/** A scope that no message is sent to for a while, since the last answer would be given again. It is not health. */
export interface Block {
  readonly scope: BlockScope;
  readonly class: OutcomeClass;
  readonly code?: string;
  readonly reason: string;
  /** When it was set or last confirmed. */
  readonly since: Instant;
  readonly endsAt: Instant;
  /** From here on one message may try, whether the block has ended or not; never for `throttled`. */
  readonly trialAt: Instant;
  /** From one trial to the next. */
  readonly trialMs: number;
}

/** Every block by its scope; replaced, never changed. */
export type Blocks = ReadonlyMap<string, Block>;

/** An attempt whose outcome may block. */
export interface BlockingAttempt {
  readonly candidate: Candidate;
  readonly content: Content;
  readonly outcome: Outcome;
  readonly startedAt: Instant;
}

/** Whether a message may go by a candidate. */
export type Admission =
  { readonly admitted: true; readonly blocks: Blocks } | { readonly admitted: false; readonly block: Block };

const trial = { firstMs: 60_000, longestMs: 300_000 } as const;
/** A caller may name any sign and template: what is remembered of them is bounded. */
const maxBlocks = 1000;

/** The blocks after an attempt has ended. */
export function noteOutcome(blocks: Blocks, attempt: BlockingAttempt, time: BlockTime): Blocks {
  const { candidate, content, outcome, startedAt } = attempt;
  if (outcome.class === 'accepted') return lift(blocks, candidate, content, startedAt);
  const scope = blockedScope(candidate, content, outcome);
  if (scope === undefined) return blocks;
  const key = scopeKey(scope);
  const known = blocks.get(key);
  // Begun before the block was known: it says nothing new.
  if (known !== undefined && startedAt < known.since && outcome.class !== 'throttled') return blocks;
  const again = known !== undefined && known.class === outcome.class && known.code === outcome.code;
  const until = time.at + blockMs(outcome, time.wallTime);
  if (known !== undefined && !again && known.endsAt > until) return blocks;
  const endsAt = again ? Math.max(until, known.endsAt) : until;
  const trialMs = again && isCap(outcome) ? Math.min(trial.longestMs, 2 * known.trialMs) : trial.firstMs;
  const next = new Map(blocks);
  // Set anew, so that the oldest come first.
  next.delete(key);
  next.set(key, {
    scope,
    class: outcome.class,
    ...(outcome.code !== undefined && { code: outcome.code }),
    reason: outcome.reason,
    since: time.at,
    endsAt,
    trialAt: Math.min(time.at + trialMs, Math.max(endsAt, time.at)),
    trialMs,
  });
  return bounded(next);
}

/** Lets a message by unless a block stands in its way; the one that is let through as a trial is counted. */
export function admit(blocks: Blocks, candidate: Candidate, content: Content, at: Instant): Admission {
  if (blocks.size === 0) return { admitted: true, blocks };
  let next = blocks;
  for (const scope of scopesOf(candidate, content)) {
    const key = scopeKey(scope);
    const block = blocks.get(key);
    if (block === undefined || (block.class === 'throttled' && block.endsAt <= at)) continue;
    if (block.class === 'throttled' || at < block.trialAt) return { admitted: false, block };
    const trialAt = at + block.trialMs;
    // Past its end it stays in force until a trial was accepted: else every message would pay at once.
    const endsAt = block.endsAt <= at ? trialAt : block.endsAt;
    next = new Map(next).set(key, { ...block, trialAt, endsAt });
  }
  return { admitted: true, blocks: next };
}

/** The blocks of what a new strategy still has. */
export function keepBlocks(blocks: Blocks, candidates: readonly Candidate[]): Blocks {
  if (blocks.size === 0) return blocks;
  const names = {
    account: new Set(candidates.map(({ account }) => account)),
    credential: new Set(candidates.map(({ credential }) => credential)),
    channel: new Set(candidates.map(({ channel }) => channel)),
    host: new Set(candidates.map(({ host }) => host)),
  };
  return new Map(
    [...blocks].filter(([, { scope }]) =>
      names[scope.kind === 'content' ? 'account' : scope.kind].has(scope.name),
    ),
  );
}

/** The blocks once credentials were changed: those of credentials may be over. */
export function forgetCredentials(blocks: Blocks): Blocks {
  return new Map([...blocks].filter(([, { scope }]) => scope.kind !== 'credential'));
}

/** An acceptance ends every block that it disproves; a throttle ends by time alone. */
function lift(blocks: Blocks, candidate: Candidate, content: Content, startedAt: Instant): Blocks {
  if (blocks.size === 0) return blocks;
  const over = scopesOf(candidate, content)
    .map(scopeKey)
    .filter((key) => {
      const block = blocks.get(key);
      return block !== undefined && block.class !== 'throttled' && startedAt >= block.since;
    });
  if (over.length === 0) return blocks;
  const next = new Map(blocks);
  for (const key of over) next.delete(key);
  return next;
}

function isCap({ code }: Outcome): boolean {
  return code === 'isv.DAY_LIMIT_CONTROL' || code === 'isv.MONTH_LIMIT_CONTROL';
}

function bounded(blocks: Map<string, Block>): Blocks {
  for (const key of blocks.keys()) {
    if (blocks.size <= maxBlocks) break;
    blocks.delete(key);
  }
  return blocks;
}

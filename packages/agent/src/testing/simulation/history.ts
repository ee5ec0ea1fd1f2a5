import type { Endpoint, Policy, Route } from '@waystation/core';
import type { DiskManners } from './modelled-journal-file.ts';

/** How a host and what lies before it behave towards one request. */
export type Manner =
  | { readonly kind: 'refuses' }
  | { readonly kind: 'swallows-connections' }
  | { readonly kind: 'connects-late'; readonly ms: number }
  /** Says this, and has taken the text or not. */
  | { readonly kind: 'says'; readonly code: string; readonly status: number; readonly took: boolean }
  | { readonly kind: 'throttles'; readonly retryAfterMs: number }
  /** Takes the text only after a while, whether somebody still listens or not. */
  | { readonly kind: 'takes-late'; readonly ms: number }
  | { readonly kind: 'answers-late'; readonly ms: number }
  | { readonly kind: 'loses-request' }
  | { readonly kind: 'loses-answer' }
  | { readonly kind: 'resets'; readonly took: boolean }
  | { readonly kind: 'says-html'; readonly took: boolean };

/** A time in which a host does not behave well. */
export interface Phase {
  readonly fromMs: number;
  readonly forMs: number;
  readonly host: number;
  readonly percent: number;
  readonly manner: Manner;
}

/** One message that an application wants to be sent, and how it goes about it. */
export interface Call {
  readonly atMs: number;
  /** Messages with the same key are one; absent: without a key. */
  readonly key?: number;
  readonly timeoutMs: number;
  /** Sent as OutId, and the same for many messages; absent: none is given. */
  readonly outId?: string;
  /** How often it comes again where it was not told that it is done. */
  readonly repeats: number;
  readonly pauseMs: number;
  /** When it hangs up, after the beginning of its call; absent: it waits. */
  readonly hangUpMs?: number;
}

/** Many calls without keys, one after the other: what asks most of budgets, blocks and health. */
export interface Storm {
  readonly atMs: number;
  readonly count: number;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/** The process ends: at a time, or before its step of that number. */
export type Crash =
  | { readonly kind: 'at'; readonly atMs: number; readonly downMs: number }
  | { readonly kind: 'step'; readonly step: number; readonly downMs: number };

/** How a provider shows what it took. */
interface Records {
  /** From taking a text to showing it, in ms. */
  readonly appearMs: number;
  /** Whether every host of an account shows the texts of all. */
  readonly shared: boolean;
  readonly masked: boolean;
}

/** Everything that happens to an agent in one run, from outside. */
export interface History {
  /** For every die that is thrown while it runs. */
  readonly seed: number;
  readonly channels: readonly { readonly host: number; readonly account: number }[];
  readonly policy: Policy['kind'];
  readonly onUnknownOutcome: Route['onUnknownOutcome'];
  readonly timeouts: { readonly connectMs: number; readonly readMs: number; readonly totalMs: number };
  readonly afterReconcile: Route['afterReconcile'];
  readonly afterInconclusive: Route['afterInconclusive'];
  readonly records: Records;
  readonly probed: boolean;
  readonly disk: DiskManners;
  readonly phases: readonly Phase[];
  readonly calls: readonly Call[];
  readonly storms: readonly Storm[];
  readonly crashes: readonly Crash[];
  /** Channels that an operator takes out of use. */
  readonly drains: readonly { readonly atMs: number; readonly channel: number }[];
  readonly clockJumps: readonly { readonly atMs: number; readonly byMs: number }[];
}

/** Every call of a history, those of its storms last. */
export function callsOf({ calls, storms }: History): readonly Call[] {
  const stormy = storms.flatMap(({ atMs, count, everyMs, timeoutMs }) =>
    Array.from({ length: count }, (_, at) => ({
      atMs: atMs + at * everyMs,
      timeoutMs,
      repeats: 0,
      pauseMs: 1,
    })),
  );
  return [...calls, ...stormy];
}

/** Where a channel of a history goes. */
export function hostName(host: number): string {
  return `127.0.0.1:${String(9000 + host)}`;
}

/** Which host of a history an endpoint is of. */
export function hostOf({ host }: Pick<Endpoint, 'host'>): number {
  return Number(host.split(':').at(-1)) - 9000;
}

/** The name of a history's channel. */
export function channelName(at: number): string {
  return `channel-${String(at)}`;
}

/** The name of a history's account, and of its credential. */
export function accountName(account: number): string {
  return `account-${String(account)}`;
}

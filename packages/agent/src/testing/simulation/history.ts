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

/** What a message is, but for the code in it that tells it from all others. */
export interface MessageShape {
  /** One text for all its numbers, or one of its own for each (SendBatchSms). */
  readonly form: 'list' | 'batch';
  readonly firstPhone: number;
  readonly numbers: number;
  /** Sent as OutId, and the same for many messages; absent: none is given. */
  readonly outId?: string;
}

/** One message that an application wants to be sent, and how it goes about it. */
export interface Call {
  readonly atMs: number;
  /** Messages with the same key are one; absent: without a key. */
  readonly key?: number;
  /** Which shape its message has, where it has no key; those of one key have the same. */
  readonly shape?: number;
  /** It comes with a key that it uses for a message of another shape. */
  readonly misuse?: boolean;
  readonly timeoutMs: number;
  /** `deliverBy`, from its first try on; absent: its answer is the end. */
  readonly deliverInMs?: number;
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
  /** Which number of a list or batch is never shown, as where it is invalid. */
  readonly unshown: 'none' | 'first' | 'middle' | 'last';
}

/** A rate, and how many may come at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Limits that the strategy sets; what is absent has none. */
export interface Limits {
  /** Of the route that takes everything. A fallback may be over as well, and then there is no other. */
  readonly route?: Rate & {
    readonly over:
      | { readonly kind: 'reject' }
      | { readonly kind: 'wait'; readonly maxMs: number }
      | { readonly kind: 'fallback'; readonly rate: Rate };
  };
  /** By the channel's place. */
  readonly channels: readonly { readonly rate?: Rate; readonly maxInFlight?: number }[];
  readonly numbers?: { readonly windowMs: number; readonly max: number };
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
  /** How many attempts a process remembers that others may be taken for. */
  readonly maxLikes: number;
  readonly probed: boolean;
  readonly disk: DiskManners;
  /** From a start to the search for what the last process left open, in ms. */
  readonly recoveryMs: number;
  readonly limits: Limits;
  readonly phases: readonly Phase[];
  /** What the messages of its calls are; at least one. */
  readonly shapes: readonly MessageShape[];
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

/** What the message of a call is: that of a storm the plainest. */
export function shapeOf({ shapes }: Pick<History, 'shapes'>, call: Call): MessageShape {
  const { key, shape = 0, misuse = false } = call;
  return shapes[((key ?? shape) + (misuse ? 1 : 0)) % shapes.length] ?? plainShape;
}

const plainShape: MessageShape = { form: 'list', firstPhone: 0, numbers: 1 };

/** The wall clock when a history begins, in ms since 1970. */
export const startWall = Date.UTC(2026, 0, 1, 12);

/** The numbers that a message of a shape goes to. */
export function phonesOf({ firstPhone, numbers }: MessageShape): readonly string[] {
  return Array.from({ length: numbers }, (_, at) => String(13_800_138_000 + firstPhone + at));
}

/** The channel of the fallback's fallback, which no message may ever reach. */
export const forbiddenChannel = 'channel-forbidden';

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

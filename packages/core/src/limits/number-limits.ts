import type { Instant } from '../clock.ts';
import type { Strategy } from '../model/strategy.ts';

/** What a strategy says of texts to one number. */
export type NumberRule = Strategy['limits']['numbers'];

/** At most `max` messages to one number within any `windowMs`. */
export interface NumberWindow {
  readonly windowMs: number;
  readonly max: number;
}

/** Whether a message may go to all its numbers; where not, which of them is the first in the way. */
export type NumberAdmission =
  | { readonly counted: true }
  | {
      readonly counted: false;
      readonly index: number;
      readonly window: NumberWindow;
      readonly retryAfterMs: number;
    };

const minuteMs = 60_000;
/** What Aliyun allows a verification code by default; best effort, since agents share nothing. */
const aliyunOtp: readonly NumberWindow[] = [
  { windowMs: minuteMs, max: 1 },
  { windowMs: 60 * minuteMs, max: 5 },
  { windowMs: 24 * 60 * minuteMs, max: 10 },
];
/** So much is remembered of a number even where the rule asks for less, so that another rule finds it counted. */
const atLeast = { messages: 32, ms: 24 * 60 * minuteMs } as const;

/** The windows of a rule; none: it limits nothing. */
export function numberWindows(rule: NumberRule): readonly NumberWindow[] {
  switch (rule.kind) {
    case 'off':
      return [];
    case 'aliyun-otp':
      return aliyunOtp;
    case 'windows':
      return rule.windows;
  }
}

/**
 * Messages to each number, counted in sliding windows. Deterministic: time comes in with every call. Of no more
 * than `maxTracked` numbers anything is remembered: beyond it the one texted longest ago is forgotten.
 */
export class NumberLimits {
  #rule: NumberRule = { kind: 'off', maxTracked: 0 };
  #windows: readonly NumberWindow[] = [];
  /** As many messages of a number are remembered as any window may hold. */
  #mostKept: number = atLeast.messages;
  #keptMs: number = atLeast.ms;
  /** Number → when messages were counted, oldest first. The number texted longest ago comes first. */
  readonly #stamps = new Map<string, Instant[]>();
  #forgotten = 0;

  /** Numbers of which something is remembered. */
  get tracked(): number {
    return this.#stamps.size;
  }

  /** Numbers that were forgotten before their windows had passed, since more than `maxTracked` came. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Another rule from now on; what was counted stays counted. */
  change(rule: NumberRule, at: Instant): void {
    this.#rule = rule;
    this.#windows = numberWindows(rule);
    this.#mostKept = Math.max(atLeast.messages, ...this.#windows.map(({ max }) => max));
    this.#keptMs = Math.max(atLeast.ms, ...this.#windows.map(({ windowMs }) => windowMs));
    this.#prune(at, Number.POSITIVE_INFINITY);
  }

  /** Counts one message to all its numbers, or to none of them where one is over. */
  count(numbers: readonly string[], at: Instant): NumberAdmission {
    if (this.#windows.length === 0) return { counted: true };
    this.#prune(at, numbers.length + 2);
    const over = this.#firstOver(numbers, at);
    if (over !== undefined) return { counted: false, ...over };
    for (const number of new Set(numbers)) {
      const stamps = this.#stamps.get(number) ?? [];
      // Set anew, so that the number texted longest ago comes first.
      this.#stamps.delete(number);
      this.#stamps.set(number, stamps);
      stamps.push(at);
      if (stamps.length > this.#mostKept) stamps.shift();
    }
    this.#prune(at, 0);
    return { counted: true };
  }

  /** Takes back what `count` counted at `at`: nothing was sent after all. */
  giveBack(numbers: readonly string[], at: Instant): void {
    for (const number of new Set(numbers)) {
      const stamps = this.#stamps.get(number);
      const index = stamps?.lastIndexOf(at) ?? -1;
      if (stamps === undefined || index < 0) continue;
      stamps.splice(index, 1);
      if (stamps.length === 0) this.#stamps.delete(number);
    }
  }

  /** The first number that is over, and how long it takes until none is. */
  #firstOver(
    numbers: readonly string[],
    at: Instant,
  ): Omit<Extract<NumberAdmission, { counted: false }>, 'counted'> | undefined {
    let first: { readonly index: number; readonly window: NumberWindow } | undefined;
    let retryAfterMs = 0;
    for (const [index, number] of numbers.entries()) {
      const stamps = this.#stamps.get(number);
      if (stamps === undefined) continue;
      for (const window of this.#windows) {
        // The message that must have left the window before another one fits.
        const last = stamps[stamps.length - window.max];
        if (last === undefined || at - last >= window.windowMs) continue;
        first ??= { index, window };
        retryAfterMs = Math.max(retryAfterMs, last + window.windowMs - at);
      }
    }
    return first && { ...first, retryAfterMs };
  }

  /** Forgets what is over, looking at `most` numbers at most, and what is too much. */
  #prune(at: Instant, most: number): void {
    let looked = 0;
    for (const [number, stamps] of this.#stamps) {
      const last = stamps.at(-1) ?? Number.NEGATIVE_INFINITY;
      const tooMany = this.#stamps.size > this.#rule.maxTracked;
      const past = at - last >= this.#keptMs;
      if (!tooMany && (!past || looked >= most)) break;
      this.#stamps.delete(number);
      looked += 1;
      if (this.#windows.some(({ windowMs }) => at - last < windowMs)) this.#forgotten += 1;
    }
  }
}

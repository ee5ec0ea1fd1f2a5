import type { Instant } from '../clock.ts';

/** Sends and retries of the last seconds; replaced, never changed. */
export interface RetryBudget {
  /** One for each second that had any, oldest first. */
  readonly seconds: readonly { readonly second: number; readonly sends: number; readonly retries: number }[];
}

const windowSeconds = 10;
/** Retries that are always granted, in the whole window. */
const floor = 5 * windowSeconds;

/** Where every agent begins. */
export const emptyRetryBudget: RetryBudget = { seconds: [] };

/** The budget after one more message. */
export function noteSend(budget: RetryBudget, at: Instant): RetryBudget {
  return add(budget, at, 1, 0);
}

/** Takes one retry: 5 a second are always granted, and `percent` of the sends of the last 10 s; undefined: none is left. */
export function takeRetry(budget: RetryBudget, at: Instant, percent: number): RetryBudget | undefined {
  const { seconds } = add(budget, at, 0, 0);
  const sends = seconds.reduce((sum, each) => sum + each.sends, 0);
  const retries = seconds.reduce((sum, each) => sum + each.retries, 0);
  const granted = Math.max(floor, Math.floor((sends * percent) / 100));
  return retries < granted ? add(budget, at, 0, 1) : undefined;
}

function add({ seconds }: RetryBudget, at: Instant, sends: number, retries: number): RetryBudget {
  const second = Math.floor(at / 1000);
  const last = seconds.at(-1);
  if (last?.second === second) {
    const same = { second, sends: last.sends + sends, retries: last.retries + retries };
    return { seconds: [...seconds.slice(0, -1), same] };
  }
  const kept = seconds.filter((each) => each.second > second - windowSeconds);
  return { seconds: [...kept, { second, sends, retries }] };
}

import { headerOf } from './transport/http-message.ts';
import type { HttpAnswer } from './transport/http-message.ts';

const longestMs = 86_400_000;

/** How long a host asks to be left alone, in ms: `x-acs-retry-after` (ms), else `Retry-After` in seconds. */
export function retryAfterMs(answer: HttpAnswer): number | undefined {
  const own = wholeNumber(headerOf(answer, 'x-acs-retry-after'));
  if (own !== undefined) return Math.min(own, longestMs);
  const seconds = wholeNumber(headerOf(answer, 'retry-after'));
  return seconds === undefined ? undefined : Math.min(seconds * 1000, longestMs);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

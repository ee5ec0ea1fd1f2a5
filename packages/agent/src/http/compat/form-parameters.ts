import { refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';

/** Names and values of a query string or form body. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Decodes a query string or form body; refuses what is not the percent-encoding of UTF-8, since a text that would
 * change on its way must not be sent, and a name that stands there twice, since nobody can tell which value counts.
 */
export function decodeParameters(
  encoded: string,
  where: 'query string' | 'form body',
): Parameters | CompatRefusal {
  const parameters = new Map<string, string>();
  try {
    for (const pair of encoded.split('&')) {
      if (pair === '') continue;
      const at = pair.indexOf('=');
      const name = nameOf(pair, at);
      if (parameters.has(name)) return refuse('InvalidParameter', twice(name, where));
      parameters.set(name, valueOf(pair, at));
    }
  } catch {
    return refuse('InvalidParameter', `The ${where} is not percent-encoded UTF-8.`);
  }
  return parameters;
}

/** What can be read of a query string or form body, whatever is wrong with the rest; of a repeated name the first. */
export function legibleParameters(encoded: string): Parameters {
  const parameters = new Map<string, string>();
  for (const pair of encoded.split('&')) {
    if (pair === '') continue;
    try {
      const at = pair.indexOf('=');
      const name = nameOf(pair, at);
      if (!parameters.has(name)) parameters.set(name, valueOf(pair, at));
    } catch {
      // The next one may be in order.
    }
  }
  return parameters;
}

function nameOf(pair: string, at: number): string {
  return decode(at === -1 ? pair : pair.slice(0, at));
}

function valueOf(pair: string, at: number): string {
  return at === -1 ? '' : decode(pair.slice(at + 1));
}

function decode(text: string): string {
  return /[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text;
}

function twice(name: string, where: string): string {
  return `${/^[A-Za-z]\w{0,39}$/.test(name) ? name : 'A parameter'} stands more than once in the ${where}.`;
}

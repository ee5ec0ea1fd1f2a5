/** Names and values of a query string or form body; of a repeated name the first value. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Decodes a query string or form body; `undefined` where it is not the percent-encoding of UTF-8: a text that would
 * change on its way must not be sent.
 */
export function decodeParameters(encoded: string): Parameters | undefined {
  const parameters = new Map<string, string>();
  try {
    for (const pair of encoded.split('&')) {
      if (pair === '') continue;
      const at = pair.indexOf('=');
      const name = decode(at === -1 ? pair : pair.slice(0, at));
      if (!parameters.has(name)) parameters.set(name, at === -1 ? '' : decode(pair.slice(at + 1)));
    }
  } catch {
    return undefined;
  }
  return parameters;
}

function decode(text: string): string {
  return /[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text;
}

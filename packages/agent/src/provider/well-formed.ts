const anySurrogate = /[\ud800-\udfff]/;

/** A text without lone surrogates: they have no UTF-8, and each becomes U+FFFD, as it would on any wire. */
export function wellFormed(text: string): string {
  return anySurrogate.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}

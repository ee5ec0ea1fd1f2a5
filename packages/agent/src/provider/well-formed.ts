/** A text without lone surrogates: they have no UTF-8, and each becomes U+FFFD, as it would on any wire. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

import { wellFormed } from '../well-formed.ts';

const unreserved = /^[\w.~-]*$/;
const leftAlone = /[!'()*]/;

/** RFC 3986: everything but letters, digits, `-`, `_`, `.` and `~` as the bytes of its UTF-8. */
export function percentEncode(text: string): string {
  if (unreserved.test(text)) return text;
  const encoded = encodeURIComponent(wellFormed(text));
  return leftAlone.test(encoded) ? encodeRest(encoded) : encoded;
}

/** What `encodeURIComponent` leaves as it is beyond that. */
function encodeRest(encoded: string): string {
  return encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

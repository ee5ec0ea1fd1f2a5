import { wellFormed } from '../well-formed.ts';

/** RFC 3986: everything but letters, digits, `-`, `_`, `.` and `~` as the bytes of its UTF-8. */
export function percentEncode(text: string): string {
  return encodeURIComponent(wellFormed(text)).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

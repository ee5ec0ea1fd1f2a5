/** Where a hash of texts begins (FNV-1a, 32 bits). */
export const emptyHash = 0x811c9dc5;

/** A unit that stands in no text on its own: one text's end is no part of the next one. */
const end = 0xdfff;

/** The hash of what `hash` is of, and of one more text. */
export function hashText(hash: number, text: string): number {
  let next = hash;
  for (let index = 0; index < text.length; index += 1) {
    next = Math.imul(next ^ text.charCodeAt(index), 0x01000193);
  }
  return Math.imul(next ^ end, 0x01000193);
}

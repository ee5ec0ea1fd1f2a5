const backslash = 0x5c;
const quote = 0x22;

/** Whether a JSON text is nested more than `max` levels deep; of a text that is no JSON, a guess of some sort. */
export function isNestedDeeper(text: string, max: number): boolean {
  return opensMore(text, max) && jsonDepth(text) > max;
}

/** Whether more than `max` brackets open, in strings too: no more levels than that can be there. */
function opensMore(text: string, max: number): boolean {
  let left = max;
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left === 0) return true;
      left -= 1;
    }
  }
  return false;
}

/** How deeply a JSON text is nested, without parsing it; of a text that is no JSON, an upper bound of some sort. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (inString) {
      if (char === backslash) index += 1;
      else if (char === quote) inString = false;
    } else if (char === quote) inString = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return deepest;
}

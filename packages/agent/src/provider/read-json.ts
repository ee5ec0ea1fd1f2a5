/** JSON as a value; undefined for what is none (HTML, cut off, empty). */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Whether JSON text holds a key twice in one mapping, which `JSON.parse` passes over without a word: the text then
 * has more keys than the value that came of it.
 */
export function repeatsKeys(text: string, value: unknown): boolean {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/gs)) {
    if (colon !== undefined) keys += 1;
  }
  return keys !== countKeys(value);
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items = Object.values(value) as unknown[];
  return items.reduce<number>(
    (count, item) => count + countKeys(item),
    Array.isArray(value) ? 0 : items.length,
  );
}

/**
 * JSON with sorted keys and no space, so that equal values have equal texts whatever order they were written in.
 * Undefined is left out of mappings, as JSON does, and is null by itself.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value ?? null));
}

/**
 * The same text in pieces, of a document's parts (such as one route) one piece each: joined, they are
 * `canonicalJson(value)`.
 */
export function* canonicalPieces(value: unknown, depth = 2): Generator<string, void, undefined> {
  if (depth === 0 || typeof value !== 'object' || value === null) {
    yield canonicalJson(value);
    return;
  }
  const listed = Array.isArray(value);
  let before = listed ? '[' : '{';
  for (const [key, item] of listed ? value.entries() : sortedEntries(value)) {
    if (!listed && item === undefined) continue;
    yield listed ? before : `${before}${JSON.stringify(key)}:`;
    yield* canonicalPieces(item, depth - 1);
    before = ',';
  }
  if (before !== ',') yield before;
  yield listed ? ']' : '}';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // Without a prototype, a key named `__proto__` is a key like any other.
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of sortedEntries(value)) {
    result[key] = sorted(item);
  }
  return result;
}

function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

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
  // With its keys in their final order: those that are whole numbers come first, as they do in every object.
  const ordered = listed ? value : withSortedKeys(value, (item) => item);
  let before = listed ? '[' : '{';
  for (const [key, item] of Object.entries(ordered)) {
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
  return withSortedKeys(value, sorted);
}

function withSortedKeys(value: object, change: (item: unknown) => unknown): Record<string, unknown> {
  // Without a prototype, a key named `__proto__` is a key like any other.
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    result[key] = change(item);
  }
  return result;
}

/**
 * JSON with sorted keys and no space, so that equal values have equal texts whatever order they were written in.
 * Undefined is left out of mappings, as JSON does, and is null by itself.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value ?? null));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // Without a prototype, a key named `__proto__` is a key like any other.
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    result[key] = sorted(item);
  }
  return result;
}

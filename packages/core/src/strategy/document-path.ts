/** Where something stands in a document: keys and list positions from its root on. */
export type DocumentPath = readonly (string | number)[];

/**
 * A path in words: `policy.order[1]`. A list entry that has a name is called by it (`routes.otp`), since that is
 * how its author finds it; keys that hold other characters stand in brackets and quotes.
 */
export function renderPath(path: DocumentPath, document?: unknown): string {
  let text = '';
  let value = document;
  for (const key of path) {
    const list = Array.isArray(value);
    value = childOf(value, key);
    const name = list && typeof key === 'number' ? nameOf(value) : undefined;
    text += renderKey(name ?? key, text === '');
  }
  return text;
}

/** What stands under one key of a value, own keys alone; undefined where nothing does. */
export function childOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[key];
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(document: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>(childOf, document);
}

function nameOf(value: unknown): string | undefined {
  const name = childOf(value, 'name');
  return typeof name === 'string' && name !== '' && name.length <= 63 ? name : undefined;
}

function renderKey(key: string | number, first: boolean): string {
  if (typeof key === 'number') return `[${key}]`;
  if (!/^[\p{L}\p{N}_-]+$/u.test(key)) return `[${JSON.stringify(key)}]`;
  return first ? key : `.${key}`;
}

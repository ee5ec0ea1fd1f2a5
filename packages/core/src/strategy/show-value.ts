const longest = 80;

/** A value for a message: JSON where it has any, on one line, cut after 80 characters. Never throws. */
export function showValue(value: unknown): string {
  const text = write(value, 0).replace(/\p{Cc}/gu, ' ');
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length <= longest ? value : value.slice(0, longest));
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    case 'object':
      return value === null ? 'null' : writeObject(value, depth);
  }
}

/** Only the beginning of a list or mapping is looked at, so that a huge or circular one costs nothing. */
function writeObject(value: object, depth: number): string {
  const list = Array.isArray(value);
  if (depth === 2) return list ? '[…]' : '{…}';
  const parts: string[] = [];
  for (const key of Object.keys(value).slice(0, 6)) {
    const item = write((value as Readonly<Record<string, unknown>>)[key], depth + 1);
    parts.push(list ? item : `${JSON.stringify(key)}: ${item}`);
  }
  if (Object.keys(value).length > 6) parts.push('…');
  return list ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`;
}

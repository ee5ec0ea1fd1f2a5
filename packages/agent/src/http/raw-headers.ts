import type { IncomingMessage } from 'node:http';

/** Headers as they came: names and values in turns. */
type RawHeaders = Pick<IncomingMessage, 'rawHeaders'>;

/** How often a header, named in small letters, stands in a request: of most that repeat, Node keeps only the first. */
export function headerTimes({ rawHeaders }: RawHeaders, name: string): number {
  let times = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const written = rawHeaders[at];
    if (written?.length === name.length && written.toLowerCase() === name) times += 1;
  }
  return times;
}

/** All headers, their names in small letters, of a repeated one the values joined. */
export function plainHeaders({ rawHeaders }: RawHeaders): Readonly<Record<string, string>> {
  const headers = Object.create(null) as Record<string, string>;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before},${value}`;
  }
  return headers;
}

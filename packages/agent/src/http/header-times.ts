import type { IncomingMessage } from 'node:http';

/** How often a header, named in small letters, stands in a request: of most that repeat, Node keeps only the first. */
export function headerTimes({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): number {
  let times = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const written = rawHeaders[at];
    if (written?.length === name.length && written.toLowerCase() === name) times += 1;
  }
  return times;
}

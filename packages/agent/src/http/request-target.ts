import type { IncomingMessage } from 'node:http';

const absolute = /^https?:\/\/([^/?]*)(.*)$/is;

/** Makes of a target that names scheme and host, as clients of a proxy write it, path and query (RFC 9112, 3.2.2). */
export function toOriginForm(request: IncomingMessage): void {
  const [, host, rest = ''] = absolute.exec(request.url ?? '') ?? [];
  if (host === undefined) return;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  // The target's host is the one that counts, and Host must be the same: where it is not, neither is trusted.
  if (request.headers.host?.toLowerCase() !== host.toLowerCase()) request.headers.host = '';
}

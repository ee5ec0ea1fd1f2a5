import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { headerTimes } from './raw-headers.ts';
import { isLoopbackHost } from './listen-address.ts';
import type { Problem } from './problem.ts';

/** Who may call the API port. */
export interface CallerRules {
  /** Host names or addresses, in small letters and without port, that a `Host` header may name besides loopback. */
  readonly allowedHosts: ReadonlySet<string>;
  /** Every request must carry it as `Authorization: Bearer …`; absent: none is asked for. */
  readonly token?: string;
}

/**
 * Headers that browsers send and programs do not. `Sec-Fetch-Mode` is not among them: Node's own `fetch` sends it.
 */
const browserHeaders = ['origin', 'sec-fetch-site', 'referer', 'cookie'] as const;

/**
 * Refuses what a web page may have caused, a foreign `Host` (a page whose name was pointed at this address),
 * and callers without the token.
 */
export function checkCaller(request: IncomingMessage, rules: CallerRules): Problem | undefined {
  const { headers } = request;
  const browser = browserHeaders.find((name) => headers[name] !== undefined);
  if (browser !== undefined) {
    return {
      code: 'REQUEST_FROM_BROWSER',
      detail: `The header ${browser} comes from web pages, and they may not use this port: leave it out.`,
    };
  }
  return checkHost(request, rules) ?? checkToken(request, rules);
}

function checkHost(request: IncomingMessage, { allowedHosts }: CallerRules): Problem | undefined {
  const host = headerTimes(request, 'host') === 1 ? hostName(request.headers.host ?? '') : undefined;
  if (host !== undefined) {
    if (isLoopbackHost(host) || allowedHosts.has(host)) return undefined;
    // An address cannot be pointed elsewhere as a name can: whoever writes the one we were reached at means us.
    if (isIP(host) !== 0 && host === localAddress(request)) return undefined;
  }
  return {
    code: 'REQUEST_HOST_REFUSED',
    detail: 'The Host header is neither loopback nor allowed by --allow-host.',
  };
}

/** The name in a `Host` header, without port and brackets; nothing where it is malformed. */
function hostName(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function localAddress(request: IncomingMessage): string | undefined {
  return request.socket.localAddress?.replace(/^::ffff:/, '').toLowerCase();
}

function checkToken(request: IncomingMessage, { token }: CallerRules): Problem | undefined {
  if (token === undefined) return undefined;
  const { authorization = '' } = request.headers;
  const once = headerTimes(request, 'authorization') === 1;
  const given = once ? /^Bearer +(\S+)$/i.exec(authorization)?.[1] : undefined;
  if (given !== undefined && sameSecret(given, token)) return undefined;
  return {
    code: 'REQUEST_UNAUTHENTICATED',
    detail: `The header Authorization must be "Bearer" and the agent's token; the one given ${given === undefined ? 'is missing, doubled or of another kind' : 'is wrong'}.`,
    headers: { 'www-authenticate': 'Bearer' },
  };
}

/** Compares in a time that tells nothing of either text. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Where a channel's requests go. */
export interface Endpoint {
  readonly protocol: 'http' | 'https';
  /** Lower case; IPv6 in brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `hostname:port`, the port always named: what channels that fail together share. */
  readonly host: string;
  /** Path and query; `/` where none is given. */
  readonly path: string;
  /** The whole as a URL, the port left out where it is the protocol's own. */
  readonly url: string;
}

const pattern =
  /^(?:(https?):\/\/)?(\[[0-9a-f:]{2,39}\]|[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?)(?::(\d{1,5}))?(\/[!$-;=?-Z_a-z~[\]]*)?$/i;

/**
 * Reads a host with an optional port, or an http(s) URL; undefined for anything else. Deliberately stricter than
 * URL parsers (no user, no fragment, no escapes or backslashes in the host, no empty labels), so that whatever
 * checks an endpoint and whatever connects to it cannot disagree about the host.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = pattern.exec(text);
  if (match === null || text.length > 2000) return undefined;
  const protocol = match[1]?.toLowerCase() === 'http' ? 'http' : 'https';
  const hostname = (match[2] ?? '').toLowerCase();
  const ownPort = protocol === 'http' ? 80 : 443;
  const port = match[3] === undefined ? ownPort : Number(match[3]);
  if (hostname.includes('..') || port < 1 || port > 65_535 || isOddAddress(hostname)) return undefined;
  if (hostname.startsWith('[') && !isIpv6(hostname.slice(1, -1))) return undefined;
  const path = match[4] ?? '/';
  const authority = port === ownPort ? hostname : `${hostname}:${port}`;
  return {
    protocol,
    hostname,
    port,
    host: `${hostname}:${port}`,
    path,
    url: `${protocol}://${authority}${path}`,
  };
}

/** URL parsers read `127.1`, `0x7f.1` or `2130706433` as addresses; only the plain form with four parts is taken. */
function isOddAddress(hostname: string): boolean {
  const last = hostname.slice(hostname.lastIndexOf('.') + 1);
  if (!/^(\d+|0x[0-9a-f]*)$/.test(last)) return false;
  return !/^(?:(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!$)|$)){4}$/.test(hostname);
}

/** Eight groups of up to four hex digits, or fewer with one `::` in place of the zeros that are left out. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (halves.length > 2 || !groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

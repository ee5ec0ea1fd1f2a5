import { isIPv4, isIPv6 } from 'node:net';

/** Where a port listens. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Reads `host:port`, `[ipv6]:port` or `unix:/path`; nothing where the text is none of them. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    return path.startsWith('/') ? { kind: 'unix', path } : undefined;
  }
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:\s/[\]]+)):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.['port']);
  const host = match?.groups?.['six'] ?? match?.groups?.['host'];
  if (host === undefined || port > 65_535) return undefined;
  if (match?.groups?.['six'] !== undefined && !isIPv6(host)) return undefined;
  return { kind: 'tcp', host, port };
}

/** The address as people write it. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${String(address.port)}`;
}

/** Whether only this machine can reach a host of this name. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  if (isIPv4(name)) return name.startsWith('127.');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || name === '[::1]';
}

/** Whether only this machine can reach the port. */
export function isLocalAddress(address: ListenAddress): boolean {
  return address.kind === 'unix' || isLoopbackHost(address.host);
}

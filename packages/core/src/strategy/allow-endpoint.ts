import { parseEndpoint } from './endpoint.ts';

/** Hosts that a strategy may name, as an operator wrote them. */
export interface AllowEndpoint {
  /** The entry as written. */
  readonly text: string;
  readonly protocol: 'http' | 'https';
  /** Matches a whole host name in lower case. */
  readonly hostname: RegExp;
  /** The only port, or any. */
  readonly port: number | 'any';
}

/** An entry, or what it must be: the end of a sentence. */
export type AllowEndpointParse =
  { readonly ok: true; readonly entry: AllowEndpoint } | { readonly ok: false; readonly message: string };

/** Region ids begin with where on earth they are; a name such as `oss-cn-hangzhou` is no region. */
const regionId = '(?:cn|ap|eu|us|me|na|sa|af)-[a-z]+(?:-[a-z0-9]+)*';
const pattern =
  /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9*_](?:[a-z0-9.*_-]*[a-z0-9*_])?)(?::(\d{1,5}|\*))?\/?$/i;
const allowed =
  'must be a host with an optional port, such as sms.example.com, *.example.com:8443 or http://127.0.0.1:* (* never spans a dot; plain http only where it says so)';

/** What may be named by a strategy without anybody's leave: the SMS hosts of Aliyun, over https. */
export const defaultAllowEndpoints: readonly string[] = [
  'dysmsapi.aliyuncs.com',
  'dysmsapi-vpc.aliyuncs.com',
  'dysmsapi-xman.vpc-proxy.aliyuncs.com',
  'dysmsapi*.REGION.aliyuncs.com',
];

/** Reads one entry. `*` stands for anything but a dot, `REGION` (in capitals) for an Aliyun region id. */
export function parseAllowEndpoint(text: string): AllowEndpointParse {
  const match = pattern.exec(text);
  const host = match?.[2] ?? '';
  const port = match?.[3];
  const bad =
    match === null || text.length > 300 || host.includes('..') || (port !== '*' && Number(port ?? 1) < 1);
  if (bad || Number(port === '*' ? 1 : (port ?? 1)) > 65_535) {
    return { ok: false, message: allowed };
  }
  const protocol = match[1]?.toLowerCase() === 'http' ? 'http' : 'https';
  const ownPort = protocol === 'http' ? 80 : 443;
  const hostname = new RegExp(`^${host.split('.').map(labelSource).join('\\.')}$`);
  const entry = { text, protocol, hostname, port: port === '*' ? 'any' : Number(port ?? ownPort) } as const;
  return { ok: true, entry };
}

/** Whether an endpoint (a host with an optional port, or a URL) fits an entry; what cannot be read never does. */
export function isEndpointAllowed(endpoint: string, entries: readonly AllowEndpoint[]): boolean {
  const read = parseEndpoint(endpoint);
  if (read === undefined) return false;
  return entries.some(
    ({ protocol, hostname, port }) =>
      protocol === read.protocol && (port === 'any' || port === read.port) && hostname.test(read.hostname),
  );
}

function labelSource(label: string): string {
  if (label === 'REGION') return regionId;
  return label.toLowerCase().replace(/[[\]]/g, '\\$&').replace(/\*+/g, '[a-z0-9_-]*');
}

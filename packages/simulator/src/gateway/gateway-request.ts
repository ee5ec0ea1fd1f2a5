import type { RawRequest } from '../listener/raw-request.ts';

/** The fields of a send to a generic gateway: `apikey`, `mobile`, `content` and optionally `ref`. */
export type GatewayFields = ReadonlyMap<string, string>;

/** Reads the fields of a form, a JSON object or a query string; undefined when the body is none of them. */
export function readGatewayFields(raw: RawRequest): GatewayFields | undefined {
  if (raw.method === 'GET') return new Map(new URLSearchParams(raw.query));
  const type = (raw.headers['content-type'] ?? '').toLowerCase();
  const body = raw.body.toString('utf8');
  if (type.startsWith('application/x-www-form-urlencoded')) return new Map(new URLSearchParams(body));
  if (!type.startsWith('application/json')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed as Record<string, unknown>)) {
    if (typeof value === 'string') fields.set(name, value);
    else if (typeof value === 'number') fields.set(name, String(value));
  }
  return fields;
}

import type { HttpChannel } from '@waystation/core';
import type { HttpRequest } from '../transport/http-message.ts';
import { wellFormed } from '../well-formed.ts';
import { substitute } from './substitute.ts';

/** A request to a gateway, or the placeholder of its templates that has no value. */
export type GatewayRequest =
  { readonly ok: true; readonly request: HttpRequest } | { readonly ok: false; readonly missing: string };

/** Fills a channel's request with values; `path` is its endpoint's, `host` what the Host header says. */
export function fillRequest(
  { request }: Pick<HttpChannel, 'request'>,
  { host, path }: { readonly host: string; readonly path: string },
  valueOf: (name: string) => string | undefined,
): GatewayRequest {
  const fields: Record<string, string> = {};
  for (const [name, template] of Object.entries(request.fields)) {
    const filled = substitute(template, valueOf);
    if (!filled.ok) return filled;
    fields[name] = wellFormed(filled.text);
  }
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'waystation-agent',
    ...typeOf(request),
  };
  for (const [name, template] of Object.entries(request.headers)) {
    const filled = substitute(template, valueOf);
    if (!filled.ok) return filled;
    headers[name.toLowerCase()] = headerValue(filled.text);
  }
  // After the others: whom a request is for is the endpoint's to say.
  headers['host'] = host;
  const { method } = request;
  if (inQuery(request)) {
    const query = new URLSearchParams(fields).toString();
    const to = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
    return { ok: true, request: { method, path: to, headers } };
  }
  const body = request.body === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
  return { ok: true, request: { method, path, headers, body } };
}

/** A GET has no body, whatever is asked for. */
function inQuery({ method, body }: HttpChannel['request']): boolean {
  return method === 'GET' || body === 'query';
}

function typeOf(request: HttpChannel['request']): Readonly<Record<string, string>> {
  if (inQuery(request)) return {};
  return {
    'content-type':
      request.body === 'json' ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded',
  };
}

/** What a header may hold: visible ASCII and blanks as they are, everything else percent-encoded as UTF-8. */
function headerValue(text: string): string {
  return wellFormed(text).replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character));
}

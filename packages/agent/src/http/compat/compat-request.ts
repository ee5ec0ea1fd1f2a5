import type { IncomingMessage } from 'node:http';
import { headerTimes, plainHeaders } from '../raw-headers.ts';
import { isRefusal, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import { decodeParameters, legibleParameters } from './form-parameters.ts';
import type { Parameters } from './form-parameters.ts';

/** The two ways Aliyun writes. */
type AnswerFormat = 'JSON' | 'XML';

/** A request in one of Aliyun's two dialects, its parameters decoded; nothing of it is verified. */
export interface CompatRequest {
  /** `acs3`: signed in the header Authorization; `v1`: signed in its parameters, or not at all. */
  readonly dialect: 'acs3' | 'v1';
  readonly method: string;
  /** Names in small letters, of a repeated one the values joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Parameters;
  /** Those of query string and form body together; the query's win. */
  readonly parameters: Parameters;
  readonly body: string;
  readonly action: string;
  readonly version: string;
}

/** How an answer is written. */
export interface AnswerStyle {
  readonly format: AnswerFormat;
  readonly action: string;
  readonly host: string;
}

/** The longest URL that is taken, in bytes. */
const maxUrlBytes = 65_536;

/** Understands a request and its body, or says why not. */
export function readCompatRequest(request: IncomingMessage, body: string): CompatRequest | CompatRefusal {
  const url = request.url ?? '';
  if (Buffer.byteLength(url) > maxUrlBytes) return refuse('waystation.UrlTooLong');
  if (headerTimes(request, 'idempotency-key') > 1) {
    return refuse('waystation.IdempotencyKeyInvalid', 'Idempotency-Key stands more than once.');
  }
  const headers = plainHeaders(request);
  const query = decodeParameters(queryOf(url), 'query string');
  if (isRefusal(query)) return query;
  const form = formOf(headers, body);
  if (isRefusal(form)) return form;
  const parameters = form.size === 0 ? query : new Map([...form, ...query]);
  if (holdsNul(parameters)) return refuse('InvalidParameter', 'A parameter holds the character NUL.');
  const format = parameters.get('Format');
  if (format !== undefined && !/^(?:json|xml)$/i.test(format)) {
    return refuse('InvalidParameter', 'Specified parameter Format is not valid: it must be JSON or XML.');
  }
  return {
    dialect: isAcs3(headers['authorization']) ? 'acs3' : 'v1',
    method: request.method ?? '',
    headers,
    query,
    parameters,
    body,
    action: parameters.get('Action') ?? headers['x-acs-action'] ?? '',
    version: parameters.get('Version') ?? headers['x-acs-version'] ?? '',
  };
}

/** How the answer to a request is written that was not understood, whatever is wrong with it. */
export function guessStyle(request: IncomingMessage, body = ''): AnswerStyle {
  const headers = plainHeaders(request);
  const form = isForm(headers) ? legibleParameters(body) : [];
  const parameters = new Map([...form, ...legibleParameters(queryOf(request.url ?? ''))]);
  const action = parameters.get('Action') ?? headers['x-acs-action'] ?? '';
  return styleOf({ headers, parameters, action });
}

/** How the answer to a request is written. */
export function styleOf({
  headers,
  parameters,
  action,
}: Pick<CompatRequest, 'headers' | 'parameters' | 'action'>): AnswerStyle {
  const format = formatOf(parameters.get('Format'), headers['accept'], isAcs3(headers['authorization']));
  return { format, action, host: headers['host'] ?? '' };
}

function holdsNul(parameters: Parameters): boolean {
  for (const [name, value] of parameters) if (name.includes('\0') || value.includes('\0')) return true;
  return false;
}

/** XML is what the parameter-signed dialect means where nothing is said. */
function formatOf(asked: string | undefined, accept = '', acs3: boolean): AnswerFormat {
  if (/^json$/i.test(asked ?? '')) return 'JSON';
  if (/^xml$/i.test(asked ?? '')) return 'XML';
  if (accept.includes('application/json')) return 'JSON';
  return acs3 && !accept.includes('xml') ? 'JSON' : 'XML';
}

function isAcs3(authorization: string | undefined): boolean {
  return authorization?.startsWith('ACS3-') === true;
}

function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}

function formOf(headers: Readonly<Record<string, string>>, body: string): Parameters | CompatRefusal {
  if (body === '') return new Map();
  return isForm(headers) ? decodeParameters(body, 'form body') : refuse('waystation.ContentTypeNotSupported');
}

/** Whether a body holds parameters, as they are. */
function isForm(headers: Readonly<Record<string, string>>): boolean {
  const compressed = (headers['content-encoding'] ?? 'identity') !== 'identity';
  return !compressed && /^application\/x-www-form-urlencoded *(?:;|$)/i.test(headers['content-type'] ?? '');
}

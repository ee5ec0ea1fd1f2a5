import type { RawRequest } from '../listener/raw-request.ts';
import type { AnswerFormat } from './answer.ts';

/** Which of the provider's two dialects a request speaks; `none` carries no credential at all. */
type Dialect = 'acs3' | 'v1' | 'none';

/** A request to a regional endpoint, its parameters decoded. */
export interface AliyunRequest {
  readonly raw: RawRequest;
  readonly dialect: Dialect;
  readonly action: string;
  readonly version: string;
  readonly format: AnswerFormat;
  readonly host: string;
  /** Parameters of the query string, decoded; of a repeated one the first. */
  readonly query: ReadonlyMap<string, string>;
  /** Parameters of query string and form body together; the query's wins. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Sorts a request's parts into place; takes anything, since what is missing is judged later. */
export function readAliyunRequest(raw: RawRequest): AliyunRequest {
  const query = decode(raw.query);
  const parameters = new Map([...(isForm(raw) ? decode(raw.body.toString('utf8')) : []), ...query]);
  const authorization = raw.headers['authorization'] ?? '';
  const dialect = authorization.startsWith('ACS3-')
    ? 'acs3'
    : parameters.has('Signature') || parameters.has('AccessKeyId')
      ? 'v1'
      : 'none';
  return {
    raw,
    dialect,
    action: parameters.get('Action') ?? raw.headers['x-acs-action'] ?? '',
    version: parameters.get('Version') ?? raw.headers['x-acs-version'] ?? '',
    format: chooseFormat(parameters.get('Format'), raw.headers['accept'], dialect),
    host: raw.headers['host'] ?? '',
    query,
    parameters,
  };
}

function chooseFormat(asked: string | undefined, accept: string | undefined, dialect: Dialect): AnswerFormat {
  if (asked !== undefined) return asked.toUpperCase() === 'JSON' ? 'JSON' : 'XML';
  if (accept?.includes('application/json') === true) return 'JSON';
  if (accept?.includes('xml') === true) return 'XML';
  return dialect === 'acs3' ? 'JSON' : 'XML';
}

function isForm(raw: RawRequest): boolean {
  return (raw.headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function decode(encoded: string): Map<string, string> {
  const decoded = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (!decoded.has(name)) decoded.set(name, value);
  }
  return decoded;
}

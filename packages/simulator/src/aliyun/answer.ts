/** An answer as it goes out, before any fault touches it. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the provider says yes to its caller. */
  readonly accepted: boolean;
  /** The provider's code, for logs and counts. */
  readonly code: string;
}

/** The two ways the provider writes. */
export type AnswerFormat = 'JSON' | 'XML';

/** A value of an answer. */
export type AnswerValue = string | number | readonly AnswerValue[] | AnswerTree;

/** The value tree of an answer. */
export interface AnswerTree {
  readonly [name: string]: AnswerValue;
}

/** What a request that was carried out answers, its request id not yet in it. */
export interface Fulfilled {
  readonly tree: AnswerTree;
}

/** Writes a value tree under a root element, or as JSON. */
export function renderBody(format: AnswerFormat, root: string, value: AnswerValue): string {
  if (format === 'JSON') return JSON.stringify(value);
  return `<?xml version='1.0' encoding='UTF-8'?>${element(root, value)}`;
}

/** The content type that goes with a format. */
export function contentTypeOf(format: AnswerFormat): string {
  return format === 'JSON' ? 'application/json;charset=utf-8' : 'text/xml;charset=utf-8';
}

function element(name: string, value: AnswerValue): string {
  if (typeof value === 'string' || typeof value === 'number')
    return `<${name}>${escape(String(value))}</${name}>`;
  if (isList(value)) return value.map((item) => element(name, item)).join('');
  const children = Object.entries(value).map(([child, inner]) => element(child, inner));
  return `<${name}>${children.join('')}</${name}>`;
}

function isList(value: AnswerValue): value is readonly AnswerValue[] {
  return Array.isArray(value);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  // Control characters have no place in XML 1.0, escaped or not.
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);
}

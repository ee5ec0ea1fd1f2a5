import { randomUUID } from 'node:crypto';
import { maskNumbers } from '../../log/mask-numbers.ts';
import type { HttpAnswer } from '../http-answer.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { AnswerStyle } from './compat-request.ts';

/** The members of an answer, in the order Aliyun writes them. */
type AnswerMembers = Readonly<Record<string, string>> & { readonly RequestId: string };

type AnswerValue = string | number | boolean | null | readonly AnswerValue[] | AnswerTree;

/** A provider's answer, as its JSON is read. */
export interface AnswerTree {
  readonly [name: string]: AnswerValue;
}

/** An id as Aliyun writes them. */
export function newRequestId(): string {
  return randomUUID().toUpperCase();
}

/** What the service behind Aliyun's gateway says: an OK or one of its own codes, always with status 200. */
export function serviceAnswer(style: AnswerStyle, members: AnswerMembers): HttpAnswer {
  return answer(style, 200, `${style.action}Response`, members);
}

/** A refusal: the service's codes come in the shape of an OK, the gateway's with HostId and Recommend. */
export function refusalAnswer(style: AnswerStyle, refusal: CompatRefusal): HttpAnswer {
  const { code, status } = refusal;
  const message = maskNumbers(refusal.message);
  const requestId = newRequestId();
  const written =
    status === 200
      ? serviceAnswer(style, { Message: message, RequestId: requestId, Code: code })
      : answer(style, status, 'Error', {
          RequestId: requestId,
          Message: message,
          Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}&product=Dysmsapi&requestId=${requestId}`,
          HostId: style.host,
          Code: code,
        });
  return {
    ...written,
    headers: { ...written.headers, ...refusal.headers },
    ...(refusal.close === true && { close: true }),
  };
}

/** What a provider answered, in the format that the caller asked for. */
export function providerAnswer(style: AnswerStyle, status: number, tree: AnswerTree): HttpAnswer {
  return answer(style, status, status < 300 ? `${style.action}Response` : 'Error', tree);
}

function answer({ format }: AnswerStyle, status: number, root: string, members: AnswerTree): HttpAnswer {
  const { RequestId: requestId } = members;
  return {
    status,
    headers: {
      'content-type': format === 'JSON' ? 'application/json;charset=utf-8' : 'text/xml;charset=utf-8',
      ...(typeof requestId === 'string' &&
        /^[\w-]{1,64}$/.test(requestId) && { 'x-acs-request-id': requestId }),
    },
    body: format === 'JSON' ? JSON.stringify(members) : xml(elementName(root), members),
  };
}

function xml(root: string, members: AnswerTree): string {
  return `<?xml version='1.0' encoding='UTF-8'?>${element(root, members)}`;
}

function element(name: string, value: AnswerValue): string {
  if (isList(value)) return value.map((item) => element(name, item)).join('');
  if (typeof value !== 'object' || value === null) return `<${name}>${escape(String(value ?? ''))}</${name}>`;
  const children = Object.entries(value).map(([child, inner]) => element(elementName(child), inner));
  return `<${name}>${children.join('')}</${name}>`;
}

function isList(value: AnswerValue): value is readonly AnswerValue[] {
  return Array.isArray(value);
}

/** The action is the caller's word, and not every word names an element. */
function elementName(name: string): string {
  return /^[A-Za-z]\w{0,99}$/.test(name) ? name : 'Response';
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  // Control characters and halves of characters have no place in XML 1.0, escaped or not.
  return text
    .replace(/[\p{Surrogate}\ufffe\uffff]|(?![\t\n\r])[\u0000-\u001f]/gu, '')
    .replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

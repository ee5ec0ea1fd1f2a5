import { randomUUID } from 'node:crypto';
import type { HttpAnswer } from '../http-answer.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { AnswerStyle } from './compat-request.ts';

/** The members of an answer, in the order Aliyun writes them. */
export type AnswerMembers = Readonly<Record<string, string>>;

/** An id as Aliyun writes them. */
export function newRequestId(): string {
  return randomUUID().toUpperCase();
}

/** What the service behind Aliyun's gateway says: an OK or one of its own codes, always with status 200. */
export function serviceAnswer(
  style: AnswerStyle,
  members: AnswerMembers & { RequestId: string },
): HttpAnswer {
  return answer(style, 200, `${style.action}Response`, members);
}

/** A refusal: the service's codes come in the shape of an OK, the gateway's with HostId and Recommend. */
export function refusalAnswer(style: AnswerStyle, refusal: CompatRefusal): HttpAnswer {
  const { code, message, status } = refusal;
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

function answer(
  { format }: AnswerStyle,
  status: number,
  root: string,
  members: AnswerMembers & { RequestId: string },
): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': format === 'JSON' ? 'application/json;charset=utf-8' : 'text/xml;charset=utf-8',
      'x-acs-request-id': members.RequestId,
    },
    body: format === 'JSON' ? JSON.stringify(members) : xml(elementName(root), members),
  };
}

function xml(root: string, members: AnswerMembers): string {
  const children = Object.entries(members).map(([name, value]) => `<${name}>${escape(value)}</${name}>`);
  return `<?xml version='1.0' encoding='UTF-8'?><${root}>${children.join('')}</${root}>`;
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

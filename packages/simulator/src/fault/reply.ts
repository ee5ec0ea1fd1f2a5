import type { Answer } from '../aliyun/answer.ts';
import type { EndpointCall } from '../endpoint-call.ts';
import type { RequestFault } from './fault-spec.ts';

/** What happens on the wire in answer to a request. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly afterMs?: number }
  /** Wait, carry out, answer. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly perform: () => Answer }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset'; readonly how: 'rst' | 'fin' }
  /** The headers and half of the body, then the connection is reset or stays silent. */
  | { readonly kind: 'half'; readonly answer: Answer; readonly then: 'reset' | 'silence' }
  /** Bytes that are no HTTP. */
  | { readonly kind: 'bytes'; readonly bytes: string };

const HTML =
  '<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body>\r\n<center><h1>Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

/**
 * What a request comes to under a fault. Where the fault says `accepted`, the request is carried out first; if it
 * is refused on its own account, that refusal is the answer, since nothing was accepted that could be lost.
 */
export function planReply(fault: RequestFault | undefined, call: EndpointCall): Reply {
  if (fault === undefined) return { kind: 'answer', answer: call.perform(false) };
  if (fault.kind === 'swallow') return { kind: 'answer', answer: call.perform(true) };
  if (fault.kind === 'throttle') return { kind: 'answer', answer: throttle(fault, call) };
  if (!fault.accepted) return strike(fault, call, undefined);
  const accepted = call.perform(false);
  return accepted.accepted ? strike(fault, call, accepted) : { kind: 'answer', answer: accepted };
}

type Striking = Exclude<RequestFault, { kind: 'swallow' | 'throttle' }>;

function strike(fault: Striking, call: EndpointCall, accepted: Answer | undefined): Reply {
  switch (fault.kind) {
    case 'slow':
      return accepted === undefined
        ? { kind: 'later', afterMs: fault.delayMs, perform: () => call.perform(false) }
        : { kind: 'answer', answer: accepted, afterMs: fault.delayMs };
    case 'hang':
      return { kind: 'silence' };
    case 'reset':
      return { kind: 'reset', how: fault.how };
    case 'status':
      return answerWith(call, fault.status === 503 ? 'ServiceUnavailable' : 'InternalError', fault.status);
    case 'html':
      return plain(fault.status, 'text/html', HTML);
    case 'truncate':
    case 'stall': {
      const answer = accepted ?? call.answerWith({ code: 'InternalError' });
      return { kind: 'half', answer, then: fault.kind === 'stall' ? 'silence' : 'reset' };
    }
    case 'empty':
      return plain(200, 'application/json;charset=utf-8', '');
    case 'garbage':
      return { kind: 'bytes', bytes: '\u0000\u0001 this is no HTTP \r\n\r\n' };
    case 'redirect':
      return plain(302, 'text/html', HTML, { location: fault.location });
    case 'wrong-types':
      return { kind: 'answer', answer: call.answerWithWrongTypes() };
    case 'code': {
      const { code, message, status } = fault;
      const extra = {
        ...(message === undefined ? {} : { message }),
        ...(status === undefined ? {} : { status }),
      };
      return { kind: 'answer', answer: call.answerWith({ code, ...extra }) };
    }
  }
}

function answerWith(call: EndpointCall, code: string, status: number): Reply {
  return { kind: 'answer', answer: call.answerWith({ code, status }) };
}

function throttle(fault: Extract<RequestFault, { kind: 'throttle' }>, call: EndpointCall): Answer {
  const { retryAfterMs, status } = fault;
  const headers =
    retryAfterMs === undefined
      ? {}
      : { 'x-acs-retry-after': String(retryAfterMs), 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  return call.answerWith({ code: 'Throttling.User', status, headers });
}

function plain(
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    kind: 'answer',
    answer: { status, contentType, body, headers, accepted: false, code: `HTTP ${status}` },
  };
}

import type { AliyunRequest } from './aliyun-request.ts';
import type { Answer, AnswerTree } from './answer.ts';
import { contentTypeOf, renderBody } from './answer.ts';
import type { Refusal } from './refusal.ts';

/** The answer to a request that was carried out. */
export function okAnswer(request: AliyunRequest, requestId: string, tree: AnswerTree): Answer {
  return {
    status: 200,
    contentType: contentTypeOf(request.format),
    body: renderBody(request.format, `${request.action}Response`, { RequestId: requestId, ...tree }),
    headers: { 'x-acs-request-id': requestId },
    accepted: true,
    code: 'OK',
  };
}

/**
 * The answer to a refused request: the service's codes come in the shape of an OK, the gateway's with HostId and
 * Recommend.
 */
export function refusalAnswer(request: AliyunRequest, requestId: string, refusal: Refusal): Answer {
  const { code, message, status } = refusal;
  const service = status === 200;
  const tree: AnswerTree = service
    ? { Message: message, RequestId: requestId, Code: code }
    : {
        RequestId: requestId,
        Message: message,
        Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}&product=Dysmsapi&requestId=${requestId}`,
        HostId: request.host,
        Code: code,
      };
  return {
    status,
    contentType: contentTypeOf(request.format),
    body: renderBody(request.format, service ? `${request.action}Response` : 'Error', tree),
    headers: { 'x-acs-request-id': requestId, ...refusal.headers },
    accepted: false,
    code,
  };
}

/** A 200 that parses, with a number where text belongs and the other way round. */
export function wrongTypesAnswer(request: AliyunRequest): Answer {
  const tree: AnswerTree = { Code: 200, Message: ['OK'], BizId: { value: 1 }, RequestId: 42 };
  return {
    status: 200,
    contentType: contentTypeOf(request.format),
    body: renderBody(request.format, `${request.action}Response`, tree),
    headers: {},
    accepted: true,
    code: 'OK',
  };
}

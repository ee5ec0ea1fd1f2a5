import { readJson } from '../read-json.ts';

/** What is read of an answer. */
export interface AliyunAnswer {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly bizId: string | undefined;
  readonly requestId: string | undefined;
}

const nothing: AliyunAnswer = {
  code: undefined,
  message: undefined,
  bizId: undefined,
  requestId: undefined,
};

/**
 * Reads the body of an answer: without a code it says nothing, and a field of another type or length than it has is
 * as good as missing.
 */
export function readAliyunAnswer(body: string): AliyunAnswer {
  const document = readJson(body);
  if (typeof document !== 'object' || document === null) return nothing;
  const { Code, Message, BizId, RequestId } = document as Readonly<Record<string, unknown>>;
  const code = textOf(Code, 256);
  if (code === undefined || code === '') return nothing;
  return { code, message: textOf(Message), bizId: textOf(BizId, 256), requestId: textOf(RequestId, 256) };
}

function textOf(value: unknown, maxLength = Infinity): string | undefined {
  return typeof value === 'string' && value.length <= maxLength ? value : undefined;
}

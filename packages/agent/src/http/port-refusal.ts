import { newRequestId } from './compat/compat-answer.ts';
import { problemRefusal } from './compat/problem-refusal.ts';
import type { HttpAnswer } from './http-answer.ts';
import { problemAnswer, problemBody } from './problem.ts';
import type { Problem } from './problem.ts';

/**
 * The refusal of bytes of which nobody can tell for which API they were meant: a problem document with the members
 * that Aliyun's SDKs look for beside its own.
 */
export function portRefusal(problem: Problem): HttpAnswer {
  const { code, message } = problemRefusal(problem);
  const ofAliyun = { RequestId: newRequestId(), HostId: '', Code: code, Message: message };
  return { ...problemAnswer(problem), body: JSON.stringify({ ...problemBody(problem), ...ofAliyun }) };
}

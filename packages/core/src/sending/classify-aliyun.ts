import { findAliyunCode } from './aliyun-codes.ts';
import type { AliyunCode } from './aliyun-codes.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome, OutcomeClass, OutcomeScope } from './outcome.ts';

/** What came back over HTTP. */
export interface ProviderAnswer {
  readonly httpStatus: number;
  /** The provider's code; absent where the body was not understood (HTML, truncated, empty, not JSON). */
  readonly code?: string | undefined;
  /** The provider's words; read for how long a limit lasts, never repeated: they may name the phone. */
  readonly message?: string | undefined;
  /** From `x-acs-retry-after` or `Retry-After`. */
  readonly retryAfterMs?: number | undefined;
}

/** What a status alone says of a refusal whose code nobody documented. */
export const statusRules: readonly {
  readonly status: string;
  readonly fits: (status: number) => boolean;
  readonly class: OutcomeClass;
  readonly excludes?: OutcomeScope;
  readonly means: string;
}[] = [
  {
    status: '429',
    fits: (status) => status === 429,
    class: 'throttled',
    means: 'flow control of the gateway',
  },
  {
    status: '401, 403',
    fits: (status) => status === 401 || status === 403,
    class: 'misconfigured',
    means: 'the credential is refused',
  },
  {
    status: '404, 405',
    fits: (status) => status === 404 || status === 405,
    class: 'misconfigured',
    excludes: 'channel',
    means: 'the host does not serve this API: check the endpoint',
  },
  {
    status: 'other 4xx but 408',
    fits: (status) => status >= 400 && status < 500 && status !== 408,
    class: 'rejected',
    means: 'the request is refused for a reason that is not documented',
  },
  {
    status: 'everything else',
    fits: () => true,
    class: 'unknown',
    means: 'the answer is not one that the API documents',
  },
];

/** The outcome of a request that was written and answered by Aliyun's gateway, or by something in its place. */
export function classifyAliyun(answer: ProviderAnswer): Outcome {
  const { code, httpStatus } = answer;
  if (code === undefined) return notUnderstood(answer);
  const row = findAliyunCode(code);
  if (row?.class === 'accepted' && !isSuccess(httpStatus)) {
    return outcomeOf('unknown', {
      code,
      written: true,
      reason: `the code says yes and the status ${String(httpStatus)} says no`,
    });
  }
  if (row !== undefined && !(isGuess(row) && isNoAnswer(httpStatus))) {
    return outcomeOf(row.class, {
      code,
      written: true,
      reason: row.means,
      excludes: row.excludes,
      retryAfterMs: row.class === 'limited' ? numberLimitMs(answer) : answer.retryAfterMs,
    });
  }
  const rule = statusRules.find(({ fits }) => fits(httpStatus));
  return outcomeOf(rule?.class ?? 'unknown', {
    code,
    written: true,
    reason: `${rule?.means ?? 'an answer'} (HTTP ${String(httpStatus)})`,
    excludes: rule?.excludes,
    retryAfterMs: answer.retryAfterMs,
  });
}

/** The outcome of an answer without a code: only 429 can be believed, since it may come from any proxy. */
export function notUnderstood(answer: ProviderAnswer): Outcome {
  const throttled = answer.httpStatus === 429;
  return outcomeOf(throttled ? 'throttled' : 'unknown', {
    code: `HTTP_${String(answer.httpStatus)}`,
    written: true,
    reason: throttled
      ? 'flow control of the gateway'
      : `HTTP ${String(answer.httpStatus)} without an answer that is understood`,
    retryAfterMs: answer.retryAfterMs,
  });
}

/** Whether a row refuses by a rule for codes that nobody documented. */
function isGuess(row: AliyunCode): boolean {
  return row.code.includes('*') && !['throttled', 'unavailable', 'unknown'].includes(row.class);
}

/** A redirect or a server's failure: only a documented code is believed beside it. */
function isNoAnswer(status: number): boolean {
  return status >= 500 || (status >= 300 && status < 400);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Aliyun names the window in its words only: 触发分钟级流控, 触发小时级流控, 触发天级流控. */
function numberLimitMs({ message = '', retryAfterMs }: ProviderAnswer): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  if (message.includes('天级')) return 86_400_000;
  if (message.includes('小时级')) return 3_600_000;
  return 60_000;
}

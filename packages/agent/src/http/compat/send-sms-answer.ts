import type { AttemptRecord, SendResult } from '../../send/send-result.ts';
import type { HttpAnswer } from '../http-answer.ts';
import { newRequestId, refusalAnswer, serviceAnswer } from './compat-answer.ts';
import { refuse, retryAfter, unavailable } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { AnswerStyle } from './compat-request.ts';
import { aliyunBizId, gatewayBizId } from '../sent-message.ts';
import { providerStatus } from './provider-status.ts';

/** How the caller of SendSms is told what became of the message. */
export function sendSmsAnswer(style: AnswerStyle, result: SendResult): HttpAnswer {
  if (result.kind !== 'accepted') return refusalAnswer(style, refusalOf(result));
  return serviceAnswer(style, {
    Message: 'OK',
    RequestId: result.requestId ?? newRequestId(),
    Code: 'OK',
    BizId: aliyunBizId(result) ?? gatewayBizId(result.id),
  });
}

type Failure = Exclude<SendResult, { kind: 'accepted' }>;

function refusalOf(result: Failure): CompatRefusal {
  switch (result.kind) {
    case 'rejected':
      return fromProvider(result.providerCode ?? lastCode(result.attempts), result.reason);
    case 'number-limited':
      return fromProvider(
        result.providerCode ?? 'isv.BUSINESS_LIMIT_CONTROL',
        result.reason === undefined
          ? 'Texts to this number are limited for a while; nothing was sent.'
          : sentence(result.reason),
      );
    case 'limited':
      return limited(result);
    case 'unknown':
      return unknownOutcome(result.id, result.reason);
    // Only a message that came by the native API waits; here its key may be asked for again.
    case 'pending':
      return refuse('waystation.SendInProgress', `Message ${result.id} is tried again until its time.`);
    case 'expired':
    case 'deadline':
    case 'no-channel':
    case 'no-journal':
      return notSent(result);
    case 'in-progress':
      return refuse('waystation.SendInProgress', sentence(result.reason));
    case 'key-reused':
      return refuse('waystation.IdempotencyKeyReused', sentence(result.reason));
  }
}

/** Whether the message was taken is not known; a status of 500 would make old clients send it again. */
export function unknownOutcome(id: string | undefined, reason: string): CompatRefusal {
  const named = id === undefined ? '' : ` The message is ${id}.`;
  return refuse('waystation.SendOutcomeUnknown', `${sentence(reason)}${named} Do not send it again blindly.`);
}

/** Every official client knows this code for a limit of the whole account, and none sends again by itself for it. */
function limited({ reason, retryAfterMs }: Extract<Failure, { kind: 'limited' }>): CompatRefusal {
  const headers = {
    ...retryAfter(retryAfterMs),
    'x-acs-retry-after': String(Math.ceil(retryAfterMs)),
  };
  return refuse('Throttling.User', sentence(reason), { headers });
}

/** Nobody took the message and nothing was sent: 503 where no byte was written, else what a provider said. */
function notSent(result: Extract<Failure, { reason: string }>): CompatRefusal {
  const { reason, attempts } = result;
  if (attempts.every(({ written }) => written !== true)) {
    return unavailable(sentence(reason), 'retryAfterMs' in result ? result.retryAfterMs : undefined);
  }
  const said = attempts.findLast(
    ({ outcome, code }) => outcome !== 'unavailable' && outcome !== 'unknown' && code !== undefined,
  );
  return fromProvider(said?.code, sentence(reason));
}

/** A provider's refusal keeps its code, and the status that its code has; never one that means "send again". */
function fromProvider(code: string | undefined, message: string): CompatRefusal {
  const status = code === undefined ? undefined : providerStatus(code);
  if (code === undefined || status === undefined) return refuse('waystation.NotSent', message);
  return { code, status, message };
}

function lastCode(attempts: readonly AttemptRecord[]): string | undefined {
  return attempts.at(-1)?.code;
}

function sentence(reason: string): string {
  const text = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`;
  return text.endsWith('.') ? text : `${text}.`;
}

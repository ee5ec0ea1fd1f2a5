import { maskNumber } from '../../log/mask-numbers.ts';
import { madeAt } from '../../send/message-id.ts';
import type { SentMessage } from '../sent-message.ts';
import { missing, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';

const required = ['PhoneNumber', 'SendDate', 'PageSize', 'CurrentPage'] as const;
/** Asia/Shanghai has been 8 hours ahead of UTC since 1991. */
const shanghaiMs = 8 * 3_600_000;
/** Taken, and no receipt: gateways tell of none. */
const taken = 1;

/**
 * The details of a message that an HTTP gateway took, as Aliyun writes them, from what the agent keeps: the number is
 * masked, and the text, the template and the OutId are no longer known.
 */
export function gatewayDetails(
  { id, numbers }: SentMessage,
  parameters: Readonly<Record<string, string>>,
): object | CompatRefusal {
  const absent = required.find((name) => !parameters[name]);
  if (absent !== undefined) return missing(absent);
  const { PhoneNumber: number = '', SendDate: day = '', PageSize: size, CurrentPage: page } = parameters;
  if (![size, page].every((text) => /^[1-9]\d{0,5}$/.test(text ?? ''))) {
    return refuse('InvalidParameter', 'PageSize and CurrentPage must be whole numbers from 1 on.');
  }
  const sentAt = new Date(madeAt(id) + shanghaiMs).toISOString();
  const masked = maskNumber(number);
  const found = numbers.includes(masked) && sentAt.slice(0, 10).replaceAll('-', '') === day;
  const row = {
    PhoneNum: masked,
    SendDate: sentAt.slice(0, 19).replace('T', ' '),
    SendStatus: taken,
    ErrCode: '',
    TemplateCode: '',
    Content: '',
    OutId: '',
  };
  return {
    TotalCount: found ? '1' : '0',
    Message: 'OK',
    SmsSendDetailDTOs: { SmsSendDetailDTO: found && page === '1' ? [row] : [] },
    Code: 'OK',
  };
}

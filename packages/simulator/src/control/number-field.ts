import * as z from 'zod';
import { toE164 } from '../aliyun/phone-number.ts';

/** A phone number to look for, in the form that the ledger has: another form would find nothing, which reads as lost. */
export const numberField = z
  .string()
  .max(256)
  .transform((text, context) => {
    const number = toE164(text);
    if (number !== undefined) return number;
    const message =
      'a number such as +8613800138000 or 13800138000, with its country code where it is a foreign one';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** A list of numbers as read, or what is wrong with it; `index` names the number where one is to blame. */
export type PhoneNumbers =
  | {
      readonly ok: true;
      /** As the caller wrote them, in order, without those that repeat an earlier number. */
      readonly phoneNumbers: readonly string[];
      /** The same numbers in E.164 (`+8613800138000`), for matching alone. */
      readonly e164: readonly string[];
    }
  | { readonly ok: false; readonly index?: number; readonly reason: string };

/** Numbers in one message at most. */
export const maxPhoneNumbers = 1000;

const allowed =
  'must be "+" or "00" with country code and number, a mainland mobile number of 11 digits, or country code and number as 7 to 15 digits';

/** The E.164 form of one number as callers write it, or `undefined` where it is none. */
export function toE164(text: string): string | undefined {
  if (/^1[3-9]\d{9}$/.test(text)) return `+86${text}`;
  const digits = /^(?:\+|00)?([1-9]\d{6,14})$/.exec(text)?.[1];
  return digits === undefined ? undefined : `+${digits}`;
}

/**
 * Reads numbers as callers write them: one string, commas allowed, or a list. The reason of a refusal describes
 * what was given without repeating it.
 */
export function parsePhoneNumbers(input: string | readonly string[]): PhoneNumbers {
  const texts = typeof input === 'string' ? input.split(',') : input;
  if (texts.length === 0) return { ok: false, reason: 'must hold at least one number' };
  if (texts.length > maxPhoneNumbers) {
    return {
      ok: false,
      reason: `must hold at most ${String(maxPhoneNumbers)} numbers, got ${String(texts.length)}`,
    };
  }
  const byNumber = new Map<string, string>();
  for (const [index, text] of texts.entries()) {
    const number = toE164(text);
    if (number === undefined) return { ok: false, index, reason: `${allowed}, got ${describe(text)}` };
    if (!byNumber.has(number)) byNumber.set(number, text);
  }
  return { ok: true, phoneNumbers: [...byNumber.values()], e164: [...byNumber.keys()] };
}

/** What a text is like without saying what it is: a number of a person stands in no answer and no log. */
function describe(text: string): string {
  if (text === '') return 'nothing';
  const length = `${String(text.length)} characters`;
  if (/\s/.test(text)) return `${length} with blanks`;
  if (/\p{L}/u.test(text)) return `${length} with letters`;
  if (/^[+\d]\d*$/.test(text)) return `${String(text.replace('+', '').length)} digits`;
  return `${length} with other signs than digits`;
}

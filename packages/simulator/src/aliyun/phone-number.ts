/** A number in `+` form, and whether it is a mainland one. */
export interface PhoneNumber {
  readonly e164: string;
  readonly domestic: boolean;
}

/**
 * Reads a number the way SendSms takes it: mainland ones as eleven digits, bare or behind +86, 0086, 86 or +;
 * all others as country code and number, without + or 00. Undefined when it is neither.
 */
export function readPhoneNumber(text: string): PhoneNumber | undefined {
  const domestic = /^(?:\+86|0086|86|\+)?(1[3-9]\d{9})$/.exec(text)?.[1];
  if (domestic !== undefined) return { e164: `+86${domestic}`, domestic: true };
  if (/^86/.test(text) || !/^[1-9]\d{6,14}$/.test(text)) return undefined;
  return { e164: `+${text}`, domestic: false };
}

/** A number the way the provider writes it in its rows: mainland ones without country code. */
export function writePhoneNumber(e164: string): string {
  return /^\+861[3-9]\d{9}$/.test(e164) ? e164.slice(3) : e164.slice(1);
}

/** A number in any form that people write, in `+` form: what SendSms takes, or a foreign one behind +. */
export function toE164(text: string): string | undefined {
  return readPhoneNumber(text)?.e164 ?? readPhoneNumber(text.replace(/^\+/, ''))?.e164;
}

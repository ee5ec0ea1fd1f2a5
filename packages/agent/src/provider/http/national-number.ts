/** Calling codes of two digits (ITU-T E.164); 1 and 7 have one digit, all others three. */
const twoDigitCodes = new Set(
  (
    '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 ' +
    '81 82 84 86 90 91 92 93 94 95 98'
  ).split(' '),
);

/** A number in E.164 without its country code: `+8613800138000` → `13800138000`. */
export function nationalNumber(e164: string): string {
  const digits = e164.replace(/^\+/, '');
  if (digits.startsWith('1') || digits.startsWith('7')) return digits.slice(1);
  return digits.slice(twoDigitCodes.has(digits.slice(0, 2)) ? 2 : 3);
}

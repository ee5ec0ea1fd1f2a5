/**
 * What looks like a phone number: international (`+`, 8–15 digits), or a mainland mobile with or without 86.
 * Revisions, times and ids of other lengths are left alone.
 */
const phoneNumber = /(?<![\w.+-])(\+\d{8,15}|(?:00)?(?:86)?1[3-9]\d{9})(?![\d.])/g;

/** One phone number as it may be shown: its first three and last four digits (`138****8000`). */
export function maskNumber(phone: string): string {
  const digits = phone.replace(/^\+|^00/, '').replace(/^86(?=1[3-9]\d{9}$)/, '');
  return digits.length < 8 ? '****' : `${digits.slice(0, 3)}****${digits.slice(-4)}`;
}

/** A text with every phone number in it masked. */
export function maskNumbers(text: string): string {
  return text.replace(phoneNumber, (phone) => maskNumber(phone));
}

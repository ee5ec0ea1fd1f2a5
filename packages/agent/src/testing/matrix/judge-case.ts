import type { Seen } from './run-case.ts';
import type { CaseResult } from './run-matrix.ts';

/** Codes that say that no text went out. */
const notSent: ReadonlySet<string> = new Set([
  'SEND_REJECTED',
  'SEND_NUMBER_LIMITED',
  'SEND_NO_CHANNEL',
  'SEND_DEADLINE',
  'SEND_NO_JOURNAL',
  'SEND_LIMITED',
  'SEND_EXPIRED',
]);

/** What a case has broken of what is promised, in words; empty: nothing. Where a provider lies, nothing can be kept. */
export function judgeCase({ of, seen, texts }: CaseResult): readonly string[] {
  if (of.row.lies === true) return [];
  const codes = seen.map(({ code }) => code);
  const words = [
    ...(codes.includes('OK') && texts === 0 ? ['told OK without a text'] : []),
    ...(isDenied(seen, texts) ? ['told "not sent" with a text'] : []),
    ...(of.onUnknownOutcome !== 'resend' && texts > 1 ? [`doubled: ${String(texts)} texts`] : []),
    ...(codes.at(-1) === 'SEND_PENDING' ? ['kept, and waits for ever'] : []),
    ...(Number.isInteger(texts) ? [] : ['sent in part']),
    ...(codes.length === 0 ? ['not run'] : []),
  ];
  return words.map((word) => `${of.name}: ${word} (${codes.join(', ')})`);
}

/**
 * Whether a message was said not to be sent that was. Whoever comes again with their key after that has another message,
 * and another id.
 */
function isDenied(seen: readonly Seen[], texts: number): boolean {
  const denied = new Set(seen.filter(({ code }) => notSent.has(code)).map(({ result }) => result.id));
  const isSent = seen.some(({ code, result }) => code === 'OK' && denied.has(result.id));
  return isSent || (texts > 0 && seen.every(({ result }) => denied.has(result.id)));
}

/** Of a list, the first, the middle and the last number are asked: a request is taken or refused as a whole. */
export function numbersToAsk(e164: readonly string[]): readonly string[] {
  if (e164.length === 1) return e164;
  const places = [0, Math.floor((e164.length - 1) / 2), e164.length - 1];
  return [...new Set(places.flatMap((place) => e164[place] ?? []))];
}

/** A number as QuerySendDetails takes it: eleven digits for the mainland, else country code and number. */
export function askedNumber(e164: string): string {
  return e164.replace(/^\+86(?=1\d{10}$)/, '').replace(/^\+/, '');
}

/**
 * What country codes are matched against: the first three digits of each number, without repetition. Calling
 * codes have one to three digits and none begins with another, so a thousand numbers rarely leave more than one.
 */
export function countryPrefixes(e164: readonly string[]): readonly string[] {
  const prefixes: string[] = [];
  for (const number of e164) {
    const prefix = number.slice(1, 4);
    if (!prefixes.includes(prefix)) prefixes.push(prefix);
  }
  return prefixes;
}

/** Whether every number of a message begins with one of the codes. */
export function allWithin(prefixes: readonly string[], countryCodes: readonly string[]): boolean {
  return prefixes.every((prefix) => countryCodes.some((code) => prefix.startsWith(code)));
}

/**
 * Whether two values have the same canonical JSON, without writing it: the order of keys does not count, nor does
 * whether what is absent is left out or undefined.
 */
export function equalJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, at) => equalJson(item, other[at]));
  }
  return equalMappings(one as Mapping, other as Mapping);
}

type Mapping = Readonly<Record<string, unknown>>;

function equalMappings(one: Mapping, other: Mapping): boolean {
  let common = 0;
  for (const key of Object.keys(one)) {
    const item = one[key];
    if (item === undefined) continue;
    if (!Object.hasOwn(other, key) || !equalJson(item, other[key])) return false;
    common += 1;
  }
  for (const key of Object.keys(other)) if (other[key] !== undefined) common -= 1;
  return common === 0;
}

/** A key that entries may still be sealed with, by its mark, and until when, in wall-clock ms. */
interface FormerKey {
  readonly mark: string;
  readonly until: number;
}

/** Which keys a journal knows, and which are given. */
export interface KeyFacts {
  /** The mark of the key that the journal was last written with; absent: it has none yet. */
  readonly found: string | undefined;
  readonly former: readonly FormerKey[];
  /** Whether it holds anything. */
  readonly empty: boolean;
  /** Marks of the key to write with, and of those that may be needed to read. */
  readonly given: { readonly current: string; readonly former: readonly string[] };
  readonly wallTime: number;
  /** How long what stands there now may still be needed, in ms. */
  readonly keptMs: number;
}

/** Whether the keys that are given do, and what is to be noted then. */
export type KeyDecision =
  | { readonly kind: 'good'; readonly former: readonly FormerKey[] }
  | { readonly kind: 'foreign' }
  /** Good to write with, but what is still kept cannot be read without another. */
  | { readonly kind: 'former-needed'; readonly until: number };

/** Decides whether a journal may be used with the keys that are given. */
export function checkKeys({ found, former, empty, given, wallTime, keptMs }: KeyFacts): KeyDecision {
  if (found === undefined) return empty ? { kind: 'good', former: [] } : { kind: 'foreign' };
  const rotated = found !== given.current;
  if (rotated && !given.former.includes(found)) return { kind: 'foreign' };
  const before = rotated ? [...former, { mark: found, until: wallTime + keptMs }] : former;
  const needed = before.filter(({ mark, until }) => until > wallTime && mark !== given.current);
  const missing = needed.find(({ mark }) => !given.former.includes(mark));
  if (missing !== undefined) return { kind: 'former-needed', until: missing.until };
  return { kind: 'good', former: needed };
}

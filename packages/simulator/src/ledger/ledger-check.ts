import type { Ledger, LedgerText } from './ledger.ts';

/** What makes two texts the same message: its OutId and number, or its number and content. */
export type CheckBy = 'outId' | 'content';

/** One message that reached a phone more than once. */
export interface DoubledMessage {
  readonly key: string;
  readonly phoneNumber: string;
  readonly count: number;
  readonly seqs: readonly number[];
  readonly regions: readonly string[];
}

/** The verdict over the ledger: nothing lost and nothing doubled is `ok`. */
export interface LedgerCheck {
  readonly ok: boolean;
  /** False when texts were dropped because the ledger was full: the lists may then be wrong. */
  readonly complete: boolean;
  readonly by: CheckBy;
  /** Texts held by the ledger. */
  readonly texts: number;
  /** How many keys were expected; 0 when none were named. */
  readonly expected: number;
  /** Keys expected, or answered OK by a swallowing region, that reached no phone. */
  readonly lost: readonly string[];
  readonly doubled: readonly DoubledMessage[];
  /** Keys that reached a phone though they were not expected; 0 when none were named. */
  readonly unexpected: number;
  /** Texts without an OutId, which a check by OutId cannot judge. */
  readonly withoutKey: number;
}

/** Compares the ledger with the keys that should stand in it. */
export function checkLedger(
  ledger: Ledger,
  expected: ReadonlySet<string>,
  by: CheckBy = 'outId',
): LedgerCheck {
  const texts = ledger.all();
  const groups = new Map<string, LedgerText[]>();
  const reached = new Set<string>();
  let withoutKey = 0;
  for (const text of texts) {
    const key = by === 'outId' ? text.outId : text.content;
    if (key === undefined) {
      withoutKey += 1;
      continue;
    }
    reached.add(key);
    const group = JSON.stringify([key, text.phoneNumber]);
    const found = groups.get(group);
    if (found === undefined) groups.set(group, [text]);
    else found.push(text);
  }
  const due = by === 'outId' ? new Set([...expected, ...ledger.swallowed]) : expected;
  const lost = [...due].filter((key) => !reached.has(key));
  const doubled = [...groups.values()].flatMap((group) => (group.length > 1 ? doubledOf(group, by) : []));
  return {
    ok: lost.length === 0 && doubled.length === 0,
    complete: ledger.dropped === 0,
    by,
    texts: texts.length,
    expected: expected.size,
    lost,
    doubled,
    unexpected: expected.size === 0 ? 0 : [...reached].filter((key) => !expected.has(key)).length,
    withoutKey,
  };
}

function doubledOf(group: readonly LedgerText[], by: CheckBy): DoubledMessage[] {
  const [first] = group;
  if (first === undefined) return [];
  return [
    {
      key: by === 'outId' ? (first.outId ?? '') : first.content,
      phoneNumber: first.phoneNumber,
      count: group.length,
      seqs: group.map((text) => text.seq),
      regions: [...new Set(group.map((text) => text.region))],
    },
  ];
}

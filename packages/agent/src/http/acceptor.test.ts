import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { acceptorOf } from './acceptor.ts';
import { batchSchema, messageSchema, templateParamSchema } from './message-schema.ts';

const text = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('a', '123', '12345678901234567890', 'x'.repeat(40)) },
  fc.constantFrom('', '123456789012345678901', '\u0000', '\ud800', 'x'.repeat(64), 'x'.repeat(256)),
);
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(Infinity, 2 ** 53, 1.5, -0),
);
/** Mostly what it should be. */
const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: odd });
const name = fc.constantFrom('code', 'minutes', '', '__proto__', 'constructor', '\ud800');
const params = mostly(
  fc.oneof(
    text,
    fc
      .array(fc.tuple(name, mostly(fc.oneof(text, fc.integer()))), { maxLength: 3 })
      // `JSON.parse` makes own properties of all names.
      .map((entries) => JSON.parse(`{${entries.map(jsonMember).join(',')}}`) as unknown),
  ),
);
const list = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  mostly(fc.array(item, { minLength: 1, maxLength: 3 }));
const digits = mostly(fc.constantFrom('1', '12345678901234567890'));
const fields = {
  phoneNumbers: fc.oneof(mostly(text), list(mostly(text))),
  signName: mostly(text),
  signNames: list(mostly(text)),
  templateCode: mostly(text),
  templateParam: params,
  templateParams: list(params),
  outId: mostly(text),
  smsUpExtendCode: digits,
  smsUpExtendCodes: list(digits),
  route: mostly(text),
  deliverBy: mostly(text),
};
type Field = keyof typeof fields;

/** Bodies with some of these fields, and rarely with one that is unknown or none at all. */
function bodies(required: readonly Field[], optional: readonly Field[]): fc.Arbitrary<unknown> {
  const model = Object.fromEntries([...required, ...optional].map((field) => [field, fields[field]]));
  const body = fc.record(model, { requiredKeys: [...required] });
  const stranger = fc.tuple(body, name, odd).map(([given, key, value]) => {
    const members = [...Object.entries(given), [key, value] as const].map(jsonMember);
    return JSON.parse(`{${members.join(',')}}`) as unknown;
  });
  const lacking = fc.record(model, { requiredKeys: [] });
  return fc.oneof({ weight: 8, arbitrary: body }, stranger, lacking, odd);
}

function jsonMember([key, value]: readonly [string, unknown]): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value ?? null)}`;
}

const message = bodies(
  ['phoneNumbers', 'signName', 'templateCode'],
  ['templateParam', 'outId', 'smsUpExtendCode', 'route', 'deliverBy'],
);
const batch = bodies(
  ['phoneNumbers', 'signNames', 'templateCode'],
  ['templateParams', 'smsUpExtendCodes', 'outId', 'route', 'deliverBy'],
);

describe('an acceptor', () => {
  it.each([
    ['a message', messageSchema, message],
    ['a batch', batchSchema, batch],
    ['variables', templateParamSchema, params],
  ] as const)('of %s takes exactly what the schema gives back unchanged', (_, schema, values) => {
    const takes = acceptorOf(schema);
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(values, (value) => {
        const read = schema.safeParse(value);
        const unchanged = read.success && sameMembers(read.data, value);
        seen[unchanged ? 'taken' : 'refused'] += 1;
        expect(takes(value)).toBe(unchanged);
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(20);
  });

  it('takes no number that JSON cannot write', () => {
    const takes = acceptorOf(z.number());
    expect([1.5, JSON.parse('1e999'), '1'].map(takes)).toEqual([true, false, false]);
  });

  it('is made of no schema that changes what it takes, or that it does not know', () => {
    expect(() => acceptorOf(z.string().trim())).toThrow(/check/);
    expect(() => acceptorOf(z.string().default('x'))).toThrow(/kind/);
    expect(() => acceptorOf(z.object({}))).toThrow(/unknown fields/);
    expect(() => acceptorOf(z.coerce.string())).toThrow(/coerces/);
  });
});

function sameMembers(read: unknown, given: unknown): boolean {
  const sorted = (value: unknown): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : Object.entries(value)
          .map(([key, member]) => [key, sorted(member)])
          .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return JSON.stringify(sorted(read)) === JSON.stringify(sorted(given));
}

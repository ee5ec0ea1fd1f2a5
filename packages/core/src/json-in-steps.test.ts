import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonInSteps } from './json-in-steps.ts';
import { finish } from './steps.ts';

/** So long that it is read in steps. */
const space = ' '.repeat(20_000);

const signs = ['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '\t', '-', '0', 'e', '1', '.'];

function parsed(text: string): unknown {
  try {
    return { value: finish(parseJsonInSteps(text)) };
  } catch {
    return 'no JSON';
  }
}

function expected(text: string): unknown {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return 'no JSON';
  }
}

describe('parseJsonInSteps', () => {
  it('finds in every document what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 1, 3), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent) + space;
        expect(parsed(text)).toStrictEqual(expected(text));
      }),
    );
  });

  it('finds in every text that is nearly JSON what JSON.parse finds', () => {
    const scrap = fc.constantFrom(...signs, '"a"', 'null', 'tru', '"\\""', '{"a":', '[1,', '\u0001');
    const scraps = fc.array(scrap, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(scraps, (text) => {
        expect(parsed(text + space)).toStrictEqual(expected(text + space));
        expect(parsed(space + text)).toStrictEqual(expected(space + text));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds in a document with one character changed what JSON.parse finds', () => {
    const character = fc.constantFrom(...signs, '');
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(), character, (json, at, put) => {
        const place = at % (json.length + 1);
        const text = `${json.slice(0, place)}${put}${json.slice(place + 1)}${space}`;
        expect(parsed(text)).toStrictEqual(expected(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a key twice', '{"b":1,"a":{"x":1},"b":{"y":2}}'],
    ['a key that is the prototype’s', '{"__proto__":{"a":1},"c":{"__proto__":2}}'],
    ['keys that are numbers', '{"b":1,"2":{"10":1,"9":2},"1":3}'],
    ['quotes and backslashes', '{"a\\"}":["\\\\","\\\\\\"]",{"b":"}\\\\"}]}'],
    ['a comma too many', '{"a":[1,2,]}'],
    ['nothing', ''],
    ['two documents', '{} {}'],
    ['a space that JSON does not know', '{"a":\u00a01}'],
  ])('%s', (_, text) => {
    const padded = text + space;
    expect(parsed(padded)).toStrictEqual(expected(padded));
    // In the same order, too.
    expect(JSON.stringify(parsed(padded))).toBe(JSON.stringify(expected(padded)));
  });

  it('takes a step for each value two levels down', () => {
    const items = Array.from({ length: 3000 }, (_, at) => ({ at }));
    const steps = [...parseJsonInSteps(JSON.stringify({ items, more: 1 }))];
    expect(steps).toHaveLength(3001);
  });
});

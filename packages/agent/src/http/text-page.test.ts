import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextPage } from './text-page.ts';

const capacity = 30;
/** Few ids, so that one comes often; texts with units of one to three bytes. */
const entry: fc.Arbitrary<{ readonly id: string; readonly text: string }> = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'dd', 'ee'),
  text: fc.string({ unit: 'binary', maxLength: 12 }),
});
const entries = fc.array(entry, { maxLength: capacity });

function pageOf(
  added: readonly { readonly id: string; readonly text: string }[],
  page = new TextPage(capacity),
) {
  for (const { id, text } of added) page.add(id, `${id}:${text};`);
  return page;
}

function findIn(page: TextPage, id: string): string | undefined {
  return page.find(id, (text) => text.startsWith(`${id}:`));
}

it('has the newest text of each id, also after it was cleared, and is full when it is full', () => {
  fc.assert(
    fc.property(fc.array(entries, { minLength: 1, maxLength: 4 }), (fillings) => {
      const page = new TextPage(capacity);
      for (const added of fillings) {
        page.clear();
        pageOf(added, page);
        const newest = new Map(added.map(({ id, text }) => [id, `${id}:${text};`]));
        for (const id of ['a', 'b', 'c', 'dd', 'ee', 'f']) expect(findIn(page, id)).toBe(newest.get(id));
        expect(page.full).toBe(added.length === capacity);
      }
    }),
  );
});

it('tells which texts hold a part, in the order in which they came', () => {
  fc.assert(
    fc.property(entries, fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }), (added, part) => {
      const texts = added.map(({ id, text }) => `${id}:${text};`);
      expect([...pageOf(added).holding(part)]).toEqual(texts.filter((text) => text.includes(part)));
    }),
  );
});

it('tells two ids of one hash apart', () => {
  // FNV-1a gives both texts the same 32 bits.
  const [one, other] = ['costarring', 'liquid'];
  const page = pageOf([
    { id: one, text: 'first' },
    { id: other, text: 'second' },
  ]);
  expect(findIn(page, one)).toBe('costarring:first;');
  expect(findIn(page, other)).toBe('liquid:second;');
});

it('takes texts of every length, after longer and shorter ones', () => {
  const page = new TextPage(3);
  for (const length of [10, 300_000, 70_000]) {
    page.clear();
    pageOf([{ id: 'a', text: '长'.repeat(length) }], page);
    expect(findIn(page, 'a')).toHaveLength(length + 3);
  }
});

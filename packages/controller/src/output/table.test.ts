import { expect, it } from 'vitest';
import { coloursFor } from './colours.ts';
import { table } from './table.ts';

it('aligns columns, counting East Asian characters as two', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['短信', 'x'],
        ['abcde', 'y'],
      ],
    ),
  ).toBe('A      B\n短信   x\nabcde  y\n');
});

it('aligns painted cells by what is seen of them', () => {
  const { red } = coloursFor(true, {});
  const text = table(['A', 'B'], [[{ text: 'x', paint: red }, 'y']]);
  expect(text).toBe('A  B\n\u001b[31mx\u001b[39m  y\n');
});

it('shows control characters instead of obeying them', () => {
  expect(table(['A'], [['\u001b[2Jgone\nnext']])).toBe('A\n\\u001b[2Jgone\\u000anext\n');
});

it.each([
  ['no terminal', false, {}],
  ['NO_COLOR', true, { NO_COLOR: '1' }],
  ['a dumb terminal', true, { TERM: 'dumb' }],
])('uses no colours with %s', (_, isTerminal, env) => {
  expect(coloursFor(isTerminal, env).red('x')).toBe('x');
});

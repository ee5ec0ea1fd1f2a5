import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { judgeCase } from './judge-case.ts';
import { matrixCases, matrixTimeouts } from './matrix-case.ts';
import { claimOf, claimsOf } from './reliability-page.ts';
import { runMatrix } from './run-matrix.ts';
import { boundOf } from './time-bound.ts';
import type { CaseResult } from './run-matrix.ts';

/** On a machine that does many things at once. */
const slackMs = 15_000;

/** Share of the cases that may come to something else than on the page, as long as every promise is kept. */
const mostOthers = 0.1;

let results: readonly CaseResult[];
beforeAll(async () => {
  results = await runMatrix();
}, 240_000);

it('nobody is told OK without a text, nobody "not sent" with one, and nothing is doubled', () => {
  expect(results).toHaveLength(matrixCases.length);
  expect(results.flatMap(judgeCase)).toEqual([]);
});

it('everybody is answered in time', () => {
  const late = results.flatMap(({ of, seen, texts }) =>
    seen
      .filter(({ ms }) => ms > Math.min(matrixTimeouts.totalMs, boundOf({ of, seen, texts })) + slackMs)
      .map(({ ms }) => `${of.name}: ${String(ms)} ms`),
  );
  expect(late).toEqual([]);
});

it('docs/reliability.md has exactly these cases, and says what they come to (npm run matrix writes it)', async () => {
  const page = await readFile(new URL('../../../../../docs/reliability.md', import.meta.url), 'utf8');
  const told = new Map(claimsOf(page).map(({ name, claim }) => [name, claim]));
  expect([...told.keys()].toSorted()).toEqual(matrixCases.map(({ name }) => name).toSorted());
  const others = results.filter((result) => told.get(result.of.name) !== claimOf(result));
  // A machine that is very busy lets a race or a deadline go the other way here and there.
  const words = others.map((result) => `${result.of.name}: ${claimOf(result)}`);
  expect(others.length, words.join('\n')).toBeLessThan(matrixCases.length * mostOthers);
});

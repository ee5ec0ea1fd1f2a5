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

it('docs/reliability.md says of every case what it came to (npm run matrix writes it)', async () => {
  const page = await readFile(new URL('../../../../../docs/reliability.md', import.meta.url), 'utf8');
  expect(claimsOf(page).toSorted()).toEqual(results.map(claimOf).toSorted());
});

import { expect, it } from 'vitest';
import type { RowSpec } from '../rows/row.ts';
import { meets } from '../rows/row.ts';
import { pageTables } from './page-tables.ts';
import type { Results } from './result.ts';

const specs: readonly RowSpec[] = [
  { id: 'fast', title: 'sends/s, agent ÷ SDK', target: { least: 2, unit: '' } },
  { id: 'pause', title: 'longest pause', target: { most: 10, unit: 'ms' } },
  { id: 'later', title: 'not yet', target: { most: 1, unit: '' } },
];

const results: Results = {
  machine: { cpu: 'a CPU', cores: 2 },
  method: { rounds: 6, seconds: 5, warmUpSeconds: 4 },
  rows: [
    {
      row: 'fast',
      value: { median: 2.5, min: 2.25, max: 3 },
      figures: [{ name: 'agent', unit: 'sends/s', median: 12_345.6, min: 12_000, max: 13_000 }],
      notes: ['Something to know.'],
      met: true,
      day: '2026-01-31',
    },
    {
      row: 'pause',
      value: { median: 31, min: 31, max: 31 },
      figures: [],
      notes: [],
      met: false,
      day: '2026-01-31',
    },
  ],
  curves: [
    {
      id: 'growth-rate',
      title: 'Sends a second',
      grows: 'asked for a second',
      points: [
        {
          x: 1000,
          rate: { median: 999, min: 998, max: 1000 },
          p99Ms: { median: 4.5, min: 4, max: 5 },
          cpuPer1000: { median: 0.25, min: 0.2, max: 0.3 },
          failures: 0,
        },
      ],
      day: '2026-01-31',
    },
  ],
};

it('shows where the time of a send goes, and the sum', () => {
  const breakdown = {
    columns: ['without a key', 'with a key'],
    parts: [
      { part: 'the plan', micros: [12.5, 13] },
      { part: 'the journal', micros: [0, 150] },
    ],
    day: '2026-01-31',
  };
  const page = pageTables(specs, { ...results, breakdown });
  expect(page).toContain('| part | without a key | with a key |');
  expect(page).toContain('| the journal | 0 | 150 |');
  expect(page).toContain('| all of it | 12.5 | 163 |');
  expect(pageTables(specs, results)).not.toContain('all of it');
});

it('shows target, measured, and whether it is met, and what was not measured', () => {
  const page = pageTables(specs, results);
  expect(page).toContain('| sends/s, agent ÷ SDK | ≥ 2 | 2.50 (2.25–3.00) | met |');
  expect(page).toContain('| longest pause | ≤ 10 ms | 31.0 ms  | **not met** |');
  expect(page).toContain('| not yet | ≤ 1 | not measured | |');
  expect(page).toContain('| 1,000 | 999 (998–1,000) | 4.50 (4.00–5.00) | 0.250 (0.200–0.300) | – | 0 |');
  expect(page).toContain('- agent: 12,346 sends/s (12,000–13,000)');
  expect(page).toContain('- Something to know.');
});

it.each([
  [{ least: 2, unit: '' }, 2, true],
  [{ least: 2, unit: '' }, 1.99, false],
  [{ most: 10, unit: 'ms' }, 10, true],
  [{ most: 10, unit: 'ms' }, 10.1, false],
  [{ most: 10, unit: 'ms' }, Number.NaN, false],
])('a target of %o is met by %d: %s', (target, value, met) => {
  expect(meets(target, value)).toBe(met);
});

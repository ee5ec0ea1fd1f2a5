import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config/load-config.ts';
import { FAULT_KINDS, FaultSpec } from './fault/fault-spec.ts';

const docs = join(import.meta.dirname, '../../../docs');
const reference = readFileSync(join(docs, 'reference/simulator.md'), 'utf8');
const gameDays = readFileSync(join(docs, 'operations/game-days.md'), 'utf8');

/** The first column of the table under a header row. */
function firstColumn(header: RegExp): string[] {
  const rows = reference.slice(reference.search(header)).split('\n').slice(2);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).map((row) => /`([^`]+)`/.exec(row)?.[1] ?? row);
}

describe('docs/reference/simulator.md', () => {
  it('lists exactly the kinds of faults there are', () => {
    expect(firstColumn(/\| kind +\| fields/)).toEqual(FAULT_KINDS);
  });

  it('shows a configuration that is taken', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(reference)?.[1] ?? '';
    const config = parseConfig(yaml, 'reference');
    expect(Object.keys(config.regions)).toHaveLength(4);
    expect(config.accounts['main']?.keys).toHaveLength(3);
  });

  it('and the game days show faults that can be set', () => {
    const faults = [...`${reference}\n${gameDays}`.matchAll(/['`](\{"region":.*?\})['`]/g)].map(
      ([, json]) => json,
    );
    expect(faults.length).toBeGreaterThan(8);
    for (const fault of faults) expect(FaultSpec.safeParse(JSON.parse(fault ?? '')).error).toBeUndefined();
  });
});

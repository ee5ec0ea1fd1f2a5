import { describe, expect, it } from 'vitest';
import { migrateStrategy } from './migrate-strategy.ts';
import type { Migration } from './migrate-strategy.ts';
import { parseStrategy } from './parse-strategy.ts';

/** A program that reads version 4 and knows the way there from 2. */
const migrations = new Map<number, Migration>([
  [2, ({ region, ...rest }) => ({ ...rest, regionId: region })],
  [3, ({ regionId, ...rest }) => ({ ...rest, regionIds: [regionId] })],
]);

describe('an older document', () => {
  it('is brought up version by version', () => {
    const document = { schemaVersion: 2, region: 'cn-hangzhou', note: 'kept' };
    expect(migrateStrategy(document, migrations, 4)).toEqual({
      ok: true,
      document: { schemaVersion: 4, regionIds: ['cn-hangzhou'], note: 'kept' },
    });
  });

  it('is itself left as it was', () => {
    const document = Object.freeze({ schemaVersion: 3, regionId: 'cn-hangzhou' });
    migrateStrategy(document, migrations, 4);
    expect(document).toEqual({ schemaVersion: 3, regionId: 'cn-hangzhou' });
  });

  it('is refused where no way leads from it', () => {
    expect(migrateStrategy({ schemaVersion: 1 }, migrations, 4)).toMatchObject({
      ok: false,
      code: 'STRATEGY_INVALID',
      issue: { path: 'schemaVersion', message: 'schemaVersion must be 2, 3, 4, got 1' },
    });
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY, 2.5, -1])(
    'is refused with the version %s',
    (schemaVersion) => {
      expect(migrateStrategy({ schemaVersion }, migrations, 4).ok).toBe(false);
    },
  );
});

describe('a newer document', () => {
  it('is refused in words that say what to do', () => {
    expect(parseStrategy({ schemaVersion: 2, somethingNew: true })).toEqual({
      ok: false,
      code: 'STRATEGY_TOO_NEW',
      issues: [
        {
          path: 'schemaVersion',
          at: ['schemaVersion'],
          message:
            'schemaVersion is 2, and this program reads strategies up to 1: upgrade it before the strategy',
          value: 2,
        },
      ],
    });
  });
});

describe('a version that is no number', () => {
  it.each([
    [{}, 'schemaVersion is missing: it must be 1'],
    [{ schemaVersion: '1' }, 'schemaVersion must be 1, got "1"'],
  ])('%j is a mistake among the others', (document, message) => {
    const parsed = parseStrategy(document);
    expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.message)).toContain(message);
  });
});

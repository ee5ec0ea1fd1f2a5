import { schemaVersion } from '../model/strategy-shape.ts';
import { childOf } from './document-path.ts';
import { showValue } from './show-value.ts';
import type { StrategyIssue } from './strategy-issue.ts';

/** A document of one version in, the same strategy as a document of the next version out. Pure. */
export type Migration = (document: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Version → how its documents become those of the next. Empty as long as 1 is the only version there was. */
const strategyMigrations: ReadonlyMap<number, Migration> = new Map();

/** A document of the wanted version, or why there is none. */
export type MigrationResult =
  | { readonly ok: true; readonly document: unknown }
  | {
      readonly ok: false;
      readonly code: 'STRATEGY_INVALID' | 'STRATEGY_TOO_NEW';
      readonly issue: StrategyIssue;
    };

/**
 * Brings a document of an older version up to `target`, version by version, and refuses a newer one: what a newer
 * program wrote may mean something that this one would silently leave out.
 */
export function migrateStrategy(
  document: unknown,
  migrations: ReadonlyMap<number, Migration> = strategyMigrations,
  target: number = schemaVersion,
): MigrationResult {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return { ok: true, document };
  }
  const version = childOf(document, 'schemaVersion');
  if (typeof version === 'number' && version > target) {
    const words = `schemaVersion is ${version}, and this program reads strategies up to ${target}: upgrade it before the strategy`;
    return refused('STRATEGY_TOO_NEW', words, version);
  }
  let migrated = document as Readonly<Record<string, unknown>>;
  for (let from = version; typeof from === 'number' && from !== target; from += 1) {
    const migrate = migrations.get(from);
    if (migrate === undefined) {
      const readable = [...migrations.keys(), target].sort((a, b) => a - b).join(', ');
      return refused(
        'STRATEGY_INVALID',
        `schemaVersion must be ${readable}, got ${showValue(version)}`,
        version,
      );
    }
    migrated = { ...migrate(migrated), schemaVersion: from + 1 };
  }
  return { ok: true, document: migrated };
}

function refused(
  code: 'STRATEGY_INVALID' | 'STRATEGY_TOO_NEW',
  message: string,
  value: unknown,
): MigrationResult {
  return { ok: false, code, issue: { path: 'schemaVersion', at: ['schemaVersion'], message, value } };
}

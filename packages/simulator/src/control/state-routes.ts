import * as z from 'zod';
import type { AccountBook } from '../account/account-book.ts';
import type { AccountState } from '../account/account-state.ts';
import { Account, Records } from '../config/simulator-config.ts';
import type { FaultTable } from '../fault/fault-table.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { EndpointServer } from '../listener/endpoint-server.ts';
import type { LiveSettings } from '../live-settings.ts';
import type { ControlRoute } from './control-route.ts';
import { json } from './control-route.ts';
import { showFault } from './fault-routes.ts';
import { ControlProblem, parseOrRefuse } from './problem.ts';

/** What the state routes show and change. */
export interface StateParts {
  readonly servers: ReadonlyMap<string, EndpointServer>;
  readonly settings: LiveSettings;
  readonly certificates: Readonly<Record<string, string>>;
  readonly accounts: AccountBook;
  readonly faults: FaultTable;
  readonly ledger: Ledger;
  readonly now: () => number;
}

const RegionChange = z.strictObject({
  latencyMs: z.int().min(0).max(86_400_000).optional(),
  clockSkewMs: z.int().min(-86_400_000).max(86_400_000).optional(),
});

/** `/` and what can be changed while the simulator runs: regions, accounts, records. */
export function stateRoutes(parts: StateParts): readonly ControlRoute[] {
  const { accounts, settings } = parts;
  return [
    { method: 'GET', path: '/', handle: () => json(showState(parts)) },
    { method: 'GET', path: '/certificates', handle: () => json(parts.certificates) },
    {
      method: 'PATCH',
      path: '/regions/{name}',
      handle: ({ parameter, body }) => {
        const region = settings.region(parameter);
        if (region === undefined) throw unknownName(parameter, [...parts.servers.keys()]);
        const change = parseOrRefuse(RegionChange, body());
        return json(settings.changeRegion(parameter, change));
      },
    },
    {
      method: 'PATCH',
      path: '/accounts/{name}',
      handle: ({ parameter, body }) => {
        const account = accounts.byName(parameter);
        if (account === undefined) throw unknownName(parameter, accounts.names());
        account.change(changedAccount(account, body()));
        return json(showAccount(account, parts.now()));
      },
    },
    {
      method: 'PATCH',
      path: '/records',
      handle: ({ body }) => {
        const change = body();
        const merged = isObject(change) ? { ...settings.records, ...change } : change;
        settings.records = parseOrRefuse(Records, merged);
        return json(settings.records);
      },
    },
  ];
}

/** A field that is given replaces the old one, `null` takes it away. */
function changedAccount(account: AccountState, change: unknown): Account {
  if (!isObject(change)) return parseOrRefuse(Account, change);
  const both: Record<string, unknown> = { ...account.settings, ...change };
  const merged = Object.entries(both).filter(([, value]) => value !== null);
  return parseOrRefuse(Account, Object.fromEntries(merged));
}

function showState(parts: StateParts): object {
  const { servers, settings, accounts, faults, ledger, now } = parts;
  const at = now();
  return {
    regions: Object.fromEntries(
      [...servers].map(([name, server]) => [
        name,
        { url: server.url, state: server.state, ...settings.region(name), ...server.counts },
      ]),
    ),
    accounts: Object.fromEntries(
      accounts.names().flatMap((name) => {
        const account = accounts.byName(name);
        return account === undefined ? [] : [[name, showAccount(account, at)]];
      }),
    ),
    records: settings.records,
    ledger: { texts: ledger.size, dropped: ledger.dropped },
    faults: faults.list(at).map(showFault),
    time: new Date(at).toISOString(),
  };
}

/** An account without secrets. */
function showAccount(account: AccountState, at: number): object {
  const { keys, apiKeys, ...rest } = account.settings;
  return {
    ...rest,
    keys: keys.map(({ accessKeyId, active, securityToken }) => ({
      accessKeyId,
      active,
      sts: securityToken !== undefined,
    })),
    apiKeys: apiKeys.length,
    used: account.usage(at),
  };
}

function unknownName(name: string, names: readonly string[]): ControlProblem {
  return new ControlProblem(404, 'NAME_UNKNOWN', [
    { field: 'name', value: name, allowed: `one of ${names.join(', ')}` },
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

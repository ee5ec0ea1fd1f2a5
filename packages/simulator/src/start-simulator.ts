import { buildServers } from './build-servers.ts';
import { SimulatorConfig } from './config/simulator-config.ts';
import { ControlServer } from './control/control-server.ts';
import { faultRoutes } from './control/fault-routes.ts';
import { ledgerRoutes } from './control/ledger-routes.ts';
import { parseOrRefuse } from './control/problem.ts';
import { stateRoutes } from './control/state-routes.ts';
import { FaultBoard } from './fault/fault-board.ts';
import { checkLedger } from './ledger/ledger-check.ts';
import { SILENT_LOG } from './log.ts';
import { clearLedger, createWorld } from './simulated-world.ts';
import type { Simulator, SimulatorOptions } from './simulator.ts';
import { startAll } from './start-all.ts';

/**
 * Starts every region, gateway and the control API, each on a free port of loopback unless told otherwise. Throws
 * with all mistakes of the configuration, or with the port that is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const config = parseOrRefuse(SimulatorConfig, options.config ?? {});
  const { host = '127.0.0.1', firstPort = 0, controlPort = 0, log = SILENT_LOG } = options;
  const now = options.now ?? ((): number => Date.now());
  const world = createWorld(config, log, now);
  const { accounts, faults, ledger, expected } = world;
  const { servers, certificates } = await buildServers(config, world, { host, firstPort });
  const tlsRegions = new Set(Object.keys(certificates));
  const board = new FaultBoard({ faults, servers, tlsRegions, accountNames: accounts.names(), log, now });
  const clear = (): void => {
    clearLedger(world);
  };
  const routes = [
    ...stateRoutes({ ...world, servers, certificates }),
    ...faultRoutes(faults, board, now),
    ...ledgerRoutes(ledger, expected, clear),
  ];
  const control = new ControlServer({ routes, log }, { host, port: controlPort });
  await startAll([...servers, ['control', control]]);

  const urlOf = (name: string): string => servers.get(name)?.url ?? '';
  const regions = Object.keys(config.regions).map((name) => [name, urlOf(name)]);
  const gateways = Object.entries(config.gateways).map(([name, { path }]) => [name, `${urlOf(name)}${path}`]);
  return {
    regions: Object.fromEntries(regions) as Record<string, string>,
    gateways: Object.fromEntries(gateways) as Record<string, string>,
    controlUrl: control.url,
    certificates,
    accounts: config.accounts,
    setFault: (fault) => board.set(fault),
    clearFault: async (id) => {
      await board.end(id);
    },
    clearFaults: () => board.endAll(),
    texts: (filter) => [...ledger.all(filter)],
    check: (keys) => checkLedger(ledger, keys === undefined ? expected.all() : new Set(keys)),
    clearLedger: clear,
    stop: async () => {
      board.stop();
      await Promise.all([control.stop(), ...[...servers.values()].map((server) => server.stop())]);
    },
  };
}

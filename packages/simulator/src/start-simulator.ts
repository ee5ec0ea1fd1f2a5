import { AccountBook } from './account/account-book.ts';
import type { AliyunParts } from './aliyun/aliyun-endpoint.ts';
import { AliyunEndpoint } from './aliyun/aliyun-endpoint.ts';
import { Nonces } from './aliyun/nonces.ts';
import { SimulatorConfig } from './config/simulator-config.ts';
import { ControlServer } from './control/control-server.ts';
import { faultRoutes } from './control/fault-routes.ts';
import { ledgerRoutes } from './control/ledger-routes.ts';
import { parseOrRefuse } from './control/problem.ts';
import { stateRoutes } from './control/state-routes.ts';
import { FaultBoard } from './fault/fault-board.ts';
import { FaultTable } from './fault/fault-table.ts';
import { GatewayEndpoint } from './gateway/gateway-endpoint.ts';
import { Carrier } from './ledger/carrier.ts';
import { ExpectedKeys } from './ledger/expected-keys.ts';
import { checkLedger } from './ledger/ledger-check.ts';
import { Ledger } from './ledger/ledger.ts';
import { SendRecords } from './ledger/send-records.ts';
import { makeCertificate } from './listener/certificate.ts';
import type { EndpointProtocol } from './listener/endpoint-server.ts';
import { EndpointServer } from './listener/endpoint-server.ts';
import { LiveSettings } from './live-settings.ts';
import { SILENT_LOG } from './log.ts';
import { startAll } from './start-all.ts';
import type { Simulator, SimulatorOptions } from './simulator.ts';

/**
 * Starts every region, gateway and the control API, each on a free port of loopback unless told otherwise. Throws
 * with all mistakes of the configuration, or with the port that is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const config = parseOrRefuse(SimulatorConfig, options.config ?? {});
  const { host = '127.0.0.1', log = SILENT_LOG } = options;
  const now = options.now ?? ((): number => Date.now());
  const accounts = new AccountBook(config.accounts);
  const ledger = new Ledger(config.ledger.maxTexts);
  const sendRecords = new SendRecords(config.ledger.maxTexts);
  const carrier = new Carrier(ledger, sendRecords);
  const settings = new LiveSettings(config);
  const faults = new FaultTable(config.seed);
  const expected = new ExpectedKeys();
  const recordSettings = (): SimulatorConfig['records'] => settings.records;
  const shared: AliyunParts = { accounts, nonces: new Nonces(), carrier, sendRecords, recordSettings, now };
  const certificates: Record<string, string> = {};
  const servers = new Map<string, EndpointServer>();
  let nextPort = options.firstPort ?? 0;

  const addServer = async (
    name: string,
    protocol: EndpointProtocol,
    endpoint: EndpointConfig,
  ): Promise<void> => {
    const certificate = endpoint.tls === true ? await makeCertificate(host) : undefined;
    if (certificate !== undefined) certificates[name] = certificate.certificate;
    const server = new EndpointServer(
      { protocol, faults, log, now },
      {
        name,
        host,
        port: endpoint.port ?? nextPort,
        keepAliveMs: endpoint.keepAliveMs,
        latencyMs: () => settings.region(name)?.latencyMs ?? 0,
        ...(certificate === undefined ? {} : { certificate }),
      },
    );
    if (nextPort !== 0) nextPort += 1;
    servers.set(name, server);
  };
  for (const [name, region] of Object.entries(config.regions)) {
    const clockSkewMs = (): number => settings.region(name)?.clockSkewMs ?? 0;
    await addServer(name, new AliyunEndpoint(shared, { name, clockSkewMs }), region);
  }
  for (const [name, gateway] of Object.entries(config.gateways)) {
    await addServer(
      name,
      new GatewayEndpoint({ accounts, carrier, now }, { name, path: gateway.path }),
      gateway,
    );
  }

  const tlsRegions = new Set(Object.keys(certificates));
  const board = new FaultBoard({ faults, servers, tlsRegions, accountNames: accounts.names(), log, now });
  const clearLedger = (): void => {
    ledger.clear();
    sendRecords.clear();
    expected.clear();
  };
  const routes = [
    ...stateRoutes({ servers, settings, certificates, accounts, faults, ledger, now }),
    ...faultRoutes(faults, board, now),
    ...ledgerRoutes(ledger, expected, clearLedger),
  ];
  const control = new ControlServer({ routes, log }, { host, port: options.controlPort ?? 0 });
  await startAll([...servers, ['control', control]]);

  const urls = (names: readonly string[], path = (_: string): string => ''): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, `${servers.get(name)?.url ?? ''}${path(name)}`]));
  return {
    regions: urls(Object.keys(config.regions)),
    gateways: urls(Object.keys(config.gateways), (name) => config.gateways[name]?.path ?? ''),
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
    clearLedger,
    stop: async () => {
      board.stop();
      await Promise.all([control.stop(), ...[...servers.values()].map((server) => server.stop())]);
    },
  };
}

interface EndpointConfig {
  readonly port?: number | undefined;
  readonly keepAliveMs: number;
  readonly tls?: boolean;
}

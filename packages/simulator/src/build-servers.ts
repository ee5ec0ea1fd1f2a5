import type { AliyunParts } from './aliyun/aliyun-endpoint.ts';
import { AliyunEndpoint } from './aliyun/aliyun-endpoint.ts';
import { Nonces } from './aliyun/nonces.ts';
import { ConfigError } from './config/load-config.ts';
import type { SimulatorConfig } from './config/simulator-config.ts';
import { GatewayEndpoint } from './gateway/gateway-endpoint.ts';
import type { Certificate } from './listener/certificate.ts';
import { makeCertificate } from './listener/certificate.ts';
import type { EndpointProtocol } from './listener/endpoint-server.ts';
import { EndpointServer } from './listener/endpoint-server.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** The servers of all regions and gateways by name, not yet listening. */
export interface BuiltServers {
  readonly servers: ReadonlyMap<string, EndpointServer>;
  /** Name → certificate (PEM) of each region with TLS. */
  readonly certificates: Readonly<Record<string, string>>;
}

interface Plan {
  readonly name: string;
  readonly protocol: EndpointProtocol;
  readonly port?: number | undefined;
  readonly keepAliveMs: number;
  readonly tls: boolean;
}

/** Builds a server for each region and gateway; those without a port take the next after `firstPort`. */
export async function buildServers(
  config: SimulatorConfig,
  world: SimulatedWorld,
  options: { readonly host: string; readonly firstPort: number },
): Promise<BuiltServers> {
  const servers = new Map<string, EndpointServer>();
  const certificates: Record<string, string> = {};
  const plans = planEndpoints(config, world);
  requirePorts(plans, options.firstPort);
  let nextPort = options.firstPort;
  for (const plan of plans) {
    const certificate = plan.tls ? await makeCertificate(options.host) : undefined;
    if (certificate !== undefined) certificates[plan.name] = certificate.certificate;
    const port = plan.port ?? nextPort;
    servers.set(plan.name, buildServer(plan, world, { host: options.host, port }, certificate));
    if (nextPort !== 0) nextPort += 1;
  }
  return { servers, certificates };
}

const MAX_PORT = 65_535;

/** Refuses a first port after which there are not enough. */
function requirePorts(plans: readonly Plan[], firstPort: number): void {
  const highest =
    MAX_PORT -
    Math.max(
      0,
      plans.findLastIndex(({ port }) => port === undefined),
    );
  if (firstPort <= highest) return;
  throw new ConfigError([
    `--port must be at most ${highest}, since the ports of ${plans.length} endpoints follow each other, got ${firstPort}`,
  ]);
}

function planEndpoints(config: SimulatorConfig, world: SimulatedWorld): readonly Plan[] {
  const { settings } = world;
  const parts: AliyunParts = { ...world, nonces: new Nonces(), recordSettings: () => settings.records };
  const regions = Object.entries(config.regions).map(([name, region]): Plan => {
    const clockSkewMs = (): number => settings.region(name)?.clockSkewMs ?? 0;
    return { name, protocol: new AliyunEndpoint(parts, { name, clockSkewMs }), ...region };
  });
  const gateways = Object.entries(config.gateways).map(([name, gateway]): Plan => {
    return {
      name,
      protocol: new GatewayEndpoint(world, { name, path: gateway.path }),
      tls: false,
      ...gateway,
    };
  });
  return [...regions, ...gateways];
}

function buildServer(
  plan: Plan,
  world: SimulatedWorld,
  address: { readonly host: string; readonly port: number },
  certificate: Certificate | undefined,
): EndpointServer {
  const { name, protocol, keepAliveMs } = plan;
  const { faults, log, now, settings } = world;
  return new EndpointServer(
    { protocol, faults, log, now },
    {
      name,
      ...address,
      keepAliveMs,
      latencyMs: () => settings.region(name)?.latencyMs ?? 0,
      ...(certificate === undefined ? {} : { certificate }),
    },
  );
}

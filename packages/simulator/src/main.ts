import { Command, InvalidArgumentError, Option } from 'commander';
import { banner } from './banner.ts';
import { ConfigError, loadConfig } from './config/load-config.ts';
import type { LogFormat, LogLevel } from './log.ts';
import { createLog } from './log.ts';
import { StartError } from './start-all.ts';
import { startSimulator } from './start-simulator.ts';

interface Flags {
  readonly config?: string;
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
}

const EXAMPLES = `
Examples:
  waystation-simulator
  waystation-simulator --config simulator.yaml --log-level debug
  waystation-simulator --port 0 --control-port 0 --log-format json

Exit codes: 0 stopped by a signal, 1 could not start, 2 wrong flag or configuration.`;

function program(): Command {
  return new Command('waystation-simulator')
    .description(
      'Plays regional Alibaba Cloud SMS endpoints, with faults on demand and one ledger of what arrived.',
    )
    .addOption(flag('--config <file>', 'YAML file of regions, gateways and accounts', 'CONFIG'))
    .addOption(flag('--host <address>', 'address to listen on', 'HOST').default('127.0.0.1'))
    .addOption(
      flag('--port <number>', 'port of the first endpoint, the others follow; 0: free ones', 'PORT')
        .default(7300)
        .argParser(parsePort),
    )
    .addOption(
      flag('--control-port <number>', 'port of the control API; 0: a free one', 'CONTROL_PORT')
        .default(7309)
        .argParser(parsePort),
    )
    .addOption(
      flag('--log-format <format>', 'text for people, json for programs (NDJSON)', 'LOG_FORMAT')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      flag('--log-level <level>', 'debug tells each request', 'LOG_LEVEL')
        .choices(['debug', 'info', 'error', 'silent'])
        .default('info'),
    )
    .version(process.env['WAYSTATION_VERSION_'] ?? 'unbuilt')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });
}

function flag(flags: string, description: string, name: string): Option {
  return new Option(flags, description).env(`WAYSTATION_SIMULATOR_${name}`);
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError(`must be 0–65535, got ${text}`);
  return port;
}

async function run(): Promise<void> {
  const flags = program().parse().opts<Flags>();
  const now = (): number => Date.now();
  const log = createLog({ format: flags.logFormat, level: flags.logLevel, now }, (line) => {
    process.stdout.write(line);
  });
  const config = flags.config === undefined ? undefined : await loadConfig(flags.config);
  const simulator = await startSimulator({
    host: flags.host,
    firstPort: flags.port,
    controlPort: flags.controlPort,
    ...(config === undefined ? {} : { config }),
    log,
  });
  const stop = (): void => {
    void simulator.stop().then(() => {
      log.info({ texts: simulator.texts().length }, 'simulator stopped');
      process.exitCode = 0;
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Said last: who reads it may end us at once.
  const { regions, gateways, controlUrl } = simulator;
  if (flags.logFormat === 'json') log.info({ regions, gateways, controlUrl }, 'simulator ready');
  else process.stdout.write(`${banner(simulator)}\n`);
}

// A reader that goes away, as in `| head`, is no reason to die with a stack trace.
process.stdout.on('error', () => process.exit(0));

run().catch((error: unknown) => {
  const known = error instanceof ConfigError || error instanceof StartError;
  const text = known
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`waystation-simulator: ${text}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
});

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { loadOptions } from '@waystation/config';
import { isWaystationError } from '@waystation/core';
import type { Clock, ConfigStore } from '@waystation/core';
import { pino } from 'pino';
import type { AgentConfig } from './agent-config.ts';
import { Agent } from './agent.ts';
import { agentProgram } from './config.ts';
import type { AgentOptionValues } from './config.ts';
import { exitCodeOf } from './exit-code.ts';
import { createLogger } from './log/logger.ts';
import type { AgentLogger } from './log/logger.ts';
import { resolveConfig } from './resolve-config.ts';
import { readBootClock } from './reconcile/boot-clock.ts';
import { openSending } from './send/open-sending.ts';
import { runUntilSignal, stopSignals } from './run-until-signal.ts';

/** Set when the program is bundled. */
const version = process.env['WAYSTATION_VERSION_'] ?? '0.0.0-source';

const clock: Clock = { now: () => performance.now(), wallTime: () => Date.now() };
/** How long callers have the agent to themselves before it turns to its store. */
const beforeStoreMs = 50;
const readText = (path: string): Promise<string> => readFile(path, 'utf8');

async function main(): Promise<void> {
  const columns = process.stdout.isTTY ? process.stdout.columns : 100;
  const loaded = await loadOptions(agentProgram(version), {
    argv: process.argv.slice(2),
    env: process.env,
    readFile: readText,
    columns,
  });
  if (loaded.kind === 'print') {
    process.stdout.write(loaded.text);
    return;
  }
  const { values, warnings } = loaded;
  const config = await resolveConfig(values, {
    env: process.env,
    platform: process.platform,
    home: homedir(),
    readFile: readText,
  });
  const log = createLogger(config.logLevel, pino.destination({ fd: 1, sync: true }));
  for (const warning of warnings) log.warn({ warning }, 'configuration');
  const agent = await buildAgent(config, values, log);
  endOnDefects(log);
  const onSignal = (listener: (signal: string, number: number) => void): void => {
    for (const [signal, number] of Object.entries(stopSignals)) {
      process.on(signal, () => {
        listener(signal, number);
      });
    }
  };
  await runUntilSignal(agent, { onSignal, exit: (code) => process.exit(code), log }, config);
}

/** A broken invariant ends the process, with its last words in the log. */
function endOnDefects(log: AgentLogger): void {
  const end = (error: unknown): void => {
    log.fatal({ err: error }, 'the agent ends by a defect');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', (error) => {
    // lmdb tells of a failed commit by more promises than it gives away; the journal has heard of it.
    if (error instanceof Error && 'commitError' in error) return;
    end(error);
  });
}

async function buildAgent(config: AgentConfig, values: AgentOptionValues, log: AgentLogger): Promise<Agent> {
  const { credentialsFile, allowEndpoint } = values;
  const { source } = config;
  const bootClock = readBootClock();
  const sendSide = await openSending(
    {
      clock,
      bootClock,
      random: Math.random,
      log,
      onCredentialsChanged: () => {
        agent.reconsider();
      },
      onHealthChanged: () => {
        agent.healthChanged();
      },
    },
    {
      allowEndpoints: allowEndpoint,
      env: process.env,
      ...(credentialsFile !== undefined && { credentialsFile }),
    },
  );
  const openStore = async (): Promise<ConfigStore> => {
    if (source.kind !== 'etcd') throw new Error('an agent that follows a file asked for a store');
    // The client of etcd is a third of the program, and loading it holds the loop: who waited for the ports to open
    // comes first.
    await delay(beforeStoreMs);
    const { EtcdStore } = await import('@waystation/etcd');
    return new EtcdStore(source.etcd);
  };
  const random = Math.random;
  const agent = new Agent({ sendSide, openStore, clock, bootClock, random, log, version }, config);
  return agent;
}

main().catch((error: unknown) => {
  const message = isWaystationError(error) ? `${error.code}: ${error.message}` : error;
  console.error('waystation-agent:', message);
  process.exit(exitCodeOf(error));
});

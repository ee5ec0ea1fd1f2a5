import { parseAllowEndpoint, parsePhoneNumbers, parseStrategy, strategyError } from '@waystation/core';
import type { Clock, Message, Override, RoutingSnapshot, StrategyInput } from '@waystation/core';
import { seededRandom } from '@waystation/core/testing';
import { pino } from 'pino';
import type { AgentLogger } from '../log/logger.ts';
import { createLogger } from '../log/logger.ts';
import { openSending } from '../send/open-sending.ts';
import type { SendingDependencies, SendingOptions } from '../send/open-sending.ts';
import type { SendSide } from '../status/send-side.ts';

/** The machine's clock, as the agent uses it. */
export const realClock: Clock = { now: () => performance.now(), wallTime: () => Date.now() };

/** A logger that says nothing. */
export const silentLog: AgentLogger = pino({ level: 'silent' });

/** A logger whose lines are kept. */
export function keepingLog(lines: string[]): AgentLogger {
  return createLogger('debug', { write: (line: string) => void lines.push(line) });
}

/** The keys of the simulator's accounts, as the agent's environment. */
export const simulatorKeys = {
  WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_ID: 'LTAISimulatorMain',
  WAYSTATION_CREDENTIAL_MAIN_ACCESS_KEY_SECRET: 'simulator-secret-of-main',
  WAYSTATION_CREDENTIAL_SECOND_ACCESS_KEY_ID: 'LTAISimulatorSecond',
  WAYSTATION_CREDENTIAL_SECOND_ACCESS_KEY_SECRET: 'simulator-secret-of-second',
  WAYSTATION_CREDENTIAL_OTHER_API_KEY: 'simulator-apikey',
} as const;

/** Every port of loopback, with and without TLS, and hosts that are never asked. */
export const allowLoopback = ['http://127.0.0.1:*', 'https://127.0.0.1:*', 'xn--*.example.com'].flatMap(
  (text) => {
    const read = parseAllowEndpoint(text);
    return read.ok ? [read.entry] : [];
  },
);

/** A message that the simulator takes. */
export function messageTo(phoneNumber: string, more: Partial<Message> = {}): Message {
  const numbers = parsePhoneNumbers(phoneNumber);
  if (!numbers.ok) throw new Error(numbers.reason);
  const { phoneNumbers, e164 } = numbers;
  return {
    phoneNumbers,
    e164,
    signName: '阿里云',
    templateCode: 'SMS_154950909',
    templateParam: { code: '4071' },
    ...more,
  };
}

/** A snapshot of a strategy document; throws where it is none. */
export function snapshotOf(
  document: StrategyInput,
  revision = 1,
  overrides: Readonly<Record<string, Override>> = {},
): RoutingSnapshot {
  const parsed = parseStrategy(document);
  if (!parsed.ok) throw strategyError(parsed);
  return {
    revision,
    digest: `digest-${String(revision)}`,
    strategy: parsed.strategy,
    overrides: new Map(Object.entries(overrides)),
  };
}

/** A sending half that may use the simulator, told apart by what a test gives. */
export function openTestSending(
  options: Partial<SendingOptions> = {},
  dependencies: Partial<SendingDependencies> = {},
): Promise<SendSide> {
  return openSending(
    {
      clock: realClock,
      random: seededRandom(1),
      log: silentLog,
      askChain: () => Promise.reject(new Error('no chain in tests')),
      ...dependencies,
    },
    { allowEndpoints: allowLoopback, env: simulatorKeys, probes: false, ...options },
  );
}

import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { maskNumbers } from './mask-numbers.ts';

/** What the agent logs to; `component` names the part in each line. */
export type AgentLogger = Logger;

/** Levels of `--log-level`, loudest last. */
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Fields that must never be read in a log, whatever object is bound by mistake. */
const secretFields = [
  'accessKeyId',
  'accessKeySecret',
  'securityToken',
  'secret',
  'password',
  'token',
  'key',
  'authorization',
  'Authorization',
  'cookie',
  'templateParam',
  'TemplateParam',
  'content',
  'headers',
];

/**
 * A logger of NDJSON lines. Secrets and template parameters are cut out by name at both depths (a redaction
 * path covers exactly one), and whatever looks like a phone number is masked in the finished line.
 */
export function createLogger(level: LogLevel, destination: DestinationStream): AgentLogger {
  return pino(
    {
      level,
      base: {},
      timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[hidden]' },
      hooks: { streamWrite: maskNumbers },
    },
    destination,
  );
}

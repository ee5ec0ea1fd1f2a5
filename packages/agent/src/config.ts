import { checkEtcdOptions, etcdOptions, fleetOptions } from '@waystation/config';
import type { OptionDefinition, OptionProgram, OptionValues } from '@waystation/config';
import { defaultAllowEndpoints, defaultPrefix, namePattern, parseAllowEndpoint } from '@waystation/core';
import type { AllowEndpoint } from '@waystation/core';
import * as z from 'zod';
import { defaultCompatActions, parseCompatActions } from './http/compat/compat-actions.ts';
import { formatListenAddress, isLocalAddress, parseListenAddress } from './http/listen-address.ts';
import type { ListenAddress } from './http/listen-address.ts';
import { logLevels } from './log/logger.ts';
import type { LogLevel } from './log/logger.ts';

const nameRule = 'must be 1–63 letters, digits, ".", "_" or "-", beginning with a letter or digit';

/** A text that a function reads, or refuses with one sentence for all that is wrong. */
function readBy<T>(read: (text: string) => T | undefined, rule: string): z.ZodType<T, string> {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue(rule);
    return z.NEVER;
  });
}

function fileOption(description: string): OptionDefinition<string | undefined> {
  return { kind: 'text', placeholder: '<file>', description, schema: z.string().min(1).optional() };
}

function switchOption(description: string): OptionDefinition<boolean> {
  return { kind: 'switch', description, schema: z.boolean() };
}

function listenOption(description: string, fallback: string): OptionDefinition<ListenAddress> {
  const schema = readBy(parseListenAddress, 'must be host:port, [ipv6]:port or unix:/path');
  return { kind: 'text', placeholder: '<address>', description, schema, fallback };
}

const prefix: OptionDefinition<string> = {
  kind: 'text',
  placeholder: '<prefix>',
  description: 'what all keys in etcd begin with',
  schema: z
    .string()
    .regex(/^(\/[A-Za-z0-9._-]+)+$/, 'must be a path such as /waystation, without a slash at its end'),
  fallback: defaultPrefix,
};

const agentId: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<name>',
  description: 'what this agent is called in its fleet',
  schema: z.string().regex(namePattern, nameRule).optional(),
  fallbackText: 'host name and a random ending',
};

const label: OptionDefinition<Readonly<Record<string, string>>> = {
  kind: 'list',
  placeholder: '<k=v>',
  description: 'a label by which the fleet may select this agent',
  schema: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}=[^\p{Cc},]{0,200}$/u, 'must be name=value'))
    .max(50, 'must be at most 50 labels')
    .transform((texts) => Object.fromEntries(texts.map((text) => splitOnce(text, '=')))),
};

const dataDir: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<folder>',
  description: 'keeps the last good strategy and the journal; one agent at a time may use it',
  schema: z.string().min(1, 'must be a folder').optional(),
  fallbackText: "the platform's state folder",
};

const allowEndpoint: OptionDefinition<readonly AllowEndpoint[]> = {
  kind: 'list',
  placeholder: '<hosts>',
  description:
    'hosts that a strategy may name besides the SMS hosts of Aliyun, such as sms.example.com or http://127.0.0.1:*',
  schema: z.array(
    z.string().transform((text, context): AllowEndpoint => {
      const read = parseAllowEndpoint(text);
      if (read.ok) return read.entry;
      context.addIssue(read.message.replace(/^".*?" /, ''));
      return z.NEVER;
    }),
  ),
  fallbackText: defaultAllowEndpoints.join(', '),
};

const allowHost: OptionDefinition<readonly string[]> = {
  kind: 'list',
  placeholder: '<hosts>',
  description: 'host names that callers may use in their Host header besides loopback',
  schema: z.array(z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, 'must be a host name without port')),
};

const logLevel: OptionDefinition<LogLevel> = {
  kind: 'text',
  placeholder: '<level>',
  description: logLevels.join(', '),
  schema: z.enum(logLevels),
  fallback: 'info',
};

const stopTimeoutMs: OptionDefinition<number> = {
  kind: 'text',
  placeholder: '<ms>',
  description: 'how long requests under way may take to end when the agent stops',
  schema: readBy(
    (text) => (/^\d{1,6}$/.test(text) && Number(text) <= 600_000 ? Number(text) : undefined),
    'must be a whole number of ms from 0 to 600000',
  ),
  fallback: '15000',
};

const maxUnderWay: OptionDefinition<number> = {
  kind: 'text',
  placeholder: '<count>',
  description: 'requests under way at most; more are refused at once, to come again',
  schema: readBy(
    (text) => (/^\d{1,5}$/.test(text) && Number(text) >= 1 ? Number(text) : undefined),
    'must be a whole number from 1 to 99999',
  ),
  fallback: '2048',
};

const localKeys: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<file|any>',
  description:
    'keys that callers of the Aliyun-compatible API sign with; "any" takes every signature, even of bare signed URLs',
  schema: z.string().min(1).optional(),
};

const compatActions: OptionDefinition<readonly string[]> = {
  kind: 'text',
  placeholder: '<names>',
  description:
    'actions that the Aliyun-compatible API passes on besides SendSms; * at the end of a name stands for more',
  schema: readBy(
    parseCompatActions,
    'must be names of actions separated by commas, such as Query*,GetSmsSign',
  ),
  fallback: defaultCompatActions,
};

const journalMaxMb: OptionDefinition<number> = {
  kind: 'text',
  placeholder: '<MiB>',
  description: 'how much the journal of keyed messages keeps; the oldest that are over go first',
  schema: readBy(
    (text) => (/^\d{1,6}$/.test(text) && Number(text) >= 1 ? Number(text) : undefined),
    'must be a whole number of MiB from 1 to 999999',
  ),
  fallback: '512',
};

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const maxRetentionMs = 30 * unitMs.d;

const journalRetention: OptionDefinition<number> = {
  kind: 'text',
  placeholder: '<time>',
  description: 'how long a key is known after its message is over',
  schema: readBy(readRetention, 'must be a time such as 90m, 24h or 7d, from 60s to 30d'),
  fallback: '24h',
};

function readRetention(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * unitMs[unit as keyof typeof unitMs];
  return ms >= unitMs.m && ms <= maxRetentionMs ? ms : undefined;
}

/** Every option of the agent (`docs/reference/agent.md` is held equal to it). */
export const agentOptions = {
  ...etcdOptions,
  etcdPrefix: prefix,
  strategyFile: fileOption('a strategy in a local file, in place of etcd'),
  ...fleetOptions,
  agentId,
  label,
  listen: listenOption('where sends are taken', '127.0.0.1:7280'),
  adminListen: listenOption('where health and status are shown', '127.0.0.1:7281'),
  dataDir,
  journalMaxMb,
  journalRetention,
  journalKeyFile: fileOption('seals the journal in place of a key in the data directory (32 bytes, base64)'),
  journalOldKeyFile: fileOption(
    'the key before that of --journal-key-file, for as long as what it sealed is kept',
  ),
  credentialsFile: fileOption('named credentials'),
  allowEndpoint,
  allowHost,
  allowRemote: switchOption(
    'let --listen be reached from other hosts; needs --api-token-file, and TLS or --insecure-remote',
  ),
  apiTokenFile: fileOption('a token that every request on the API port must carry'),
  localKeys,
  compatActions,
  tlsCert: fileOption("the API port's certificate (PEM)"),
  tlsKey: fileOption("the certificate's key (PEM)"),
  insecureRemote: switchOption('take requests from other hosts without TLS'),
  maxUnderWay,
  stopTimeoutMs,
  logLevel,
};

/** The agent's options, read. */
export type AgentOptionValues = OptionValues<typeof agentOptions>;

/** The agent as its help describes it. */
export function agentProgram(version: string): OptionProgram<typeof agentOptions> {
  return {
    name: 'waystation-agent',
    description: 'Takes sends on a local port and sends them by a strategy that changes live.',
    version,
    options: agentOptions,
    check: checkOptions,
    epilogue:
      '\nExamples:\n' +
      '  waystation-agent --etcd-endpoints http://etcd-1:2379,http://etcd-2:2379 --env prod\n' +
      '  waystation-agent --strategy-file strategy.yaml --data-dir ./state\n',
  };
}

function checkOptions(values: AgentOptionValues): string[] {
  const { listen, allowRemote, insecureRemote, apiTokenFile, tlsCert, tlsKey } = values;
  const issues = values.strategyFile === undefined ? checkEtcdOptions(values) : [];
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    issues.push('--tls-cert and --tls-key must be given together');
  }
  if (!isLocalAddress(listen) && !allowRemote) {
    issues.push(
      `--listen ${formatListenAddress(listen)} can be reached from other hosts: it must be a loopback address or a unix socket unless --allow-remote is given`,
    );
  }
  if (allowRemote && apiTokenFile === undefined) issues.push('--allow-remote needs --api-token-file');
  if (allowRemote && tlsCert === undefined && !insecureRemote) {
    issues.push('--allow-remote needs --tls-cert and --tls-key, or --insecure-remote');
  }
  return issues;
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

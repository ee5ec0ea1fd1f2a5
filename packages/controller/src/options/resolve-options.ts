import { checkEtcdOptions, optionNames } from '@waystation/config';
import type { OptionDefinition } from '@waystation/config';
import { showValue, WaystationError } from '@waystation/core';
import { join } from 'node:path';
import type { World } from '../world.ts';
import { commonOptions, endpointsAlias } from './common-options.ts';
import type { outputFormats } from './common-options.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { pickContext, readContextFile } from './context-file.ts';
import type { Context } from './context-file.ts';

/** The options that every command takes, resolved. */
export interface CommonValues {
  readonly connection: ConnectionOptions;
  readonly output: (typeof outputFormats)[number];
  readonly by: string;
}

type Flags = Readonly<Record<string, unknown>>;
type Environment = Pick<World, 'env' | 'homeDir' | 'author'>;

/** A value as it was given, and where: what messages call it. */
interface Given {
  readonly name: string;
  readonly value: string | readonly string[];
}

/**
 * Resolves the common options: flag > context named by `--context` > environment > context named by
 * `WAYSTATION_CONTEXT` or the file's `current` > default. A context that was named on the command line is meant
 * as a whole, so no variable that happens to be set may bend it.
 */
export async function resolveOptions(flags: Flags, world: Environment): Promise<CommonValues> {
  const contexts = await readContexts(flags, world);
  const issues: string[] = [];
  const value = <T>(key: keyof typeof commonOptions, definition: OptionDefinition<T>): T => {
    const given = findGiven(key, flags, world.env, contexts);
    const raw = given?.value ?? definition.fallback;
    const texts = definition.kind === 'list' && raw !== undefined ? splitTexts(raw) : raw;
    const result = definition.schema.safeParse(texts);
    if (result.success) return result.data;
    const claims = result.error.issues.map(({ message }) => message).join(', ');
    issues.push(`${given?.name ?? optionNames(key).flag} ${claims}, got ${showValue(texts)}`);
    // Never looked at: an issue ends this in an error.
    return undefined as T;
  };
  const etcd = {
    etcdEndpoints: value('etcdEndpoints', commonOptions.etcdEndpoints),
    etcdCa: value('etcdCa', commonOptions.etcdCa),
    etcdCert: value('etcdCert', commonOptions.etcdCert),
    etcdKey: value('etcdKey', commonOptions.etcdKey),
    etcdUser: value('etcdUser', commonOptions.etcdUser),
    etcdPasswordFile: value('etcdPasswordFile', commonOptions.etcdPasswordFile),
  };
  const env = value('env', commonOptions.env);
  const fleet = value('fleet', commonOptions.fleet);
  const output = value('output', commonOptions.output);
  const by = value('by', commonOptions.by) ?? world.author;
  if (issues.length === 0) issues.push(...checkEtcdOptions(etcd));
  if (issues.length > 0) throw new WaystationError('CONFIG_INVALID', issues.join('; '));
  return { connection: { ...withoutAbsent(etcd), env, fleet }, output, by };
}

function findGiven(
  key: keyof typeof commonOptions,
  flags: Flags,
  env: World['env'],
  { named, ambient }: { readonly named?: Context; readonly ambient?: Context },
): Given | undefined {
  const { flag, variable } = optionNames(key);
  const alias = key === 'etcdEndpoints' ? flags[endpointsAlias.key] : undefined;
  const candidates: readonly [name: string, value: unknown][] = [
    ['--endpoints', alias],
    [flag, flags[key]],
    [`${key} of the context`, named?.[key]],
    [variable, env[variable] === '' ? undefined : env[variable]],
    [`${key} of the context`, ambient?.[key]],
  ];
  for (const [name, value] of candidates) {
    if (typeof value === 'string') return { name, value };
    if (Array.isArray(value)) return { name, value: value.map(String) };
  }
  return undefined;
}

async function readContexts(
  flags: Flags,
  { env, homeDir }: Environment,
): Promise<{ named?: Context; ambient?: Context }> {
  const given = (key: string, variable: string): string | undefined => {
    const flag = flags[key];
    return typeof flag === 'string' ? flag : env[variable] === '' ? undefined : env[variable];
  };
  const home = env['XDG_CONFIG_HOME'] ?? '';
  const named = given('contextFile', 'WAYSTATION_CONTEXT_FILE');
  const path = named ?? join(home === '' ? join(homeDir, '.config') : home, 'waystation', 'contexts.yaml');
  const file = await readContextFile(path, { mayBeMissing: named === undefined });
  const byFlag = flags['context'];
  if (typeof byFlag === 'string') return { named: pickContext(path, file, byFlag) };
  const name = given('context', 'WAYSTATION_CONTEXT') ?? file?.current;
  return name === undefined ? {} : { ambient: pickContext(path, file, name) };
}

/** `a, b` and several of them are one list, as everywhere in Waystation. */
function splitTexts(raw: string | readonly string[]): readonly string[] {
  return [raw].flat().flatMap((text) => text.split(',').map((part) => part.trim()));
}

function withoutAbsent<T extends Readonly<Record<string, unknown>>>(values: T) {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as {
    [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
  } & {
    [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
  };
}

import { WaystationError } from '@waystation/core';
import { readFile } from 'node:fs/promises';
import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';
import type { OptionDefinition } from '../command-definition.ts';

/** The option of every command that reads a strategy from a file. */
export const fileOption: OptionDefinition = {
  flags: '-f, --file <file>',
  description: 'strategy as YAML or JSON; - reads standard input',
};

/** Longest document that is read: etcd takes 1.5 MB a request, and an edit writes the strategy and its history at once. */
const maxBytes = 700_000;

/** A document as it was read, under the name that messages call it by. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** Reads the document that `--file` names; undefined where it names none. */
export async function readSource(invocation: Invocation): Promise<Source | undefined> {
  const file = invocation.text('file');
  if (file === undefined) return undefined;
  const source =
    file === '-'
      ? { name: 'standard input', text: await invocation.world.input.readAll() }
      : { name: file, text: await readText(file) };
  const bytes = Buffer.byteLength(source.text);
  if (bytes > maxBytes) {
    throw usage(`${source.name} must be at most ${maxBytes} bytes, got ${bytes}`);
  }
  return source;
}

/** Reads the document that `--file` must name. */
export async function requireSource(invocation: Invocation): Promise<Source> {
  const source = await readSource(invocation);
  if (source !== undefined) return source;
  throw usage(`"${invocation.command}" needs a strategy: -f FILE, or -f - for standard input`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new WaystationError('CONFIG_INVALID', `cannot read ${file}: ${explain(cause)}`, { cause });
  }
}

function explain(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'not allowed';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}

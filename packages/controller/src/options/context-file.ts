import { describeIssue, readDocument } from '@waystation/config';
import { nearestName, showValue, WaystationError } from '@waystation/core';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { commonOptions } from './common-options.ts';

const text = z.union([z.string(), z.number()]).transform(String);
const contextSchema = z.record(z.string(), z.union([text, z.array(text)]));
const fileSchema = z.strictObject({
  /** Name of the context that counts where none is named. */
  current: z.string().optional(),
  contexts: z.record(z.string(), contextSchema),
});

/** Options under one name, by their keys, unchecked as yet: which etcd, which environment, which fleet. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** What a context file holds. */
export interface ContextFile {
  readonly path: string;
  readonly current?: string | undefined;
  readonly contexts: Readonly<Record<string, Context>>;
}

/**
 * Reads a context file; undefined where there is none and that is no mistake: nobody has named it. An unknown key is
 * an error that names it.
 */
export async function readContextFile(
  path: string,
  { mayBeMissing }: { readonly mayBeMissing: boolean },
): Promise<ContextFile | undefined> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing && mayBeMissing) return undefined;
    const why = missing ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause);
    throw invalid(`cannot read the context file ${showValue(path)}: ${why}`);
  }
  const read = readDocument(content, path);
  if (!read.ok) throw invalid(read.issues.map((issue) => describeIssue(path, issue)).join('; '));
  const result = fileSchema.safeParse(read.value);
  if (!result.success) {
    const issues = result.error.issues.map(({ path: at, message }) => {
      const keys = at.filter((key) => typeof key !== 'symbol');
      return describeIssue(path, { message: [...keys, message].join(': '), ...read.locate(keys) });
    });
    throw invalid(issues.join('; '));
  }
  for (const [name, context] of Object.entries(result.data.contexts)) {
    const unknown = Object.keys(context).find((key) => !Object.hasOwn(commonOptions, key));
    if (unknown === undefined) continue;
    const nearest = nearestName(unknown, Object.keys(commonOptions));
    const hint =
      nearest === undefined
        ? `known are ${Object.keys(commonOptions).join(', ')}`
        : `did you mean ${nearest}?`;
    const message = `${unknown} is no option of a context; ${hint}`;
    throw invalid(describeIssue(path, { message, ...read.locate(['contexts', name, unknown]) }));
  }
  return { path, ...result.data };
}

/** The context of that name, or an error that names those there are. */
export function pickContext(path: string, file: ContextFile | undefined, name: string): Context {
  const contexts = file?.contexts ?? {};
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context !== undefined) return context;
  const names = Object.keys(contexts);
  throw invalid(
    `no context ${showValue(name)} in ${path}: ${names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`}`,
  );
}

function invalid(message: string): WaystationError {
  return new WaystationError('CONFIG_INVALID', message);
}

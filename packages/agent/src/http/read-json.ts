import type * as z from 'zod';
import { acceptorOf } from './acceptor.ts';
import { isNestedDeeper } from './json-depth.ts';
import type { Problem } from './problem.ts';

/** How deeply a body may be nested; a message needs two levels. */
const maxDepth = 16;

/** Reads JSON that is nested no deeper than ours ever is. */
export function parseJson(body: string): { readonly value: unknown } | Problem {
  if (isNestedDeeper(body, maxDepth)) {
    return {
      code: 'REQUEST_TOO_DEEP',
      detail: `The body is nested more deeply than ${String(maxDepth)} levels; a message needs two.`,
    };
  }
  try {
    return { value: JSON.parse(body) };
  } catch {
    // The parser's own words would repeat a piece of the body.
    return {
      code: 'REQUEST_NOT_JSON',
      detail: body.trim() === '' ? 'The body is empty; it must be a JSON object.' : 'The body is not JSON.',
    };
  }
}

/** What a schema that changes nothing makes of a value: the value itself, or all that is wrong with it. */
export type Checked<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: { readonly issues: readonly z.core.$ZodIssue[] } };

/** Reads values that come from `JSON.parse` by a schema: what is right, at once; the rest, with the schema's words. */
export function checkerOf<T>(schema: z.ZodType<T, T>): (value: unknown) => Checked<T> {
  const takes = acceptorOf(schema);
  const isTaken = (value: unknown): value is T => takes(value);
  return (value) =>
    isTaken(value) ? { success: true, data: value } : schema.safeParse(value, { reportInput: true });
}

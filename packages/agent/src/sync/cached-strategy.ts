import { createHash } from 'node:crypto';
import { overrideSchema } from '@waystation/core';
import type { Steps } from '@waystation/core';
import * as z from 'zod';
import type { OfferedStrategy } from './offered-strategy.ts';

const head = /^waystation strategy-cache 1 sha256:([0-9a-f]{64})$/;

const cachedSchema = z.strictObject({
  origin: z.string(),
  revision: z.int(),
  text: z.string(),
  overrides: z.record(z.string(), overrideSchema),
});

/** What the cache's file holds. */
export type CachedStrategy = z.output<typeof cachedSchema>;

/** So many characters of a strategy are put into words in one step. */
const stepLength = 16_384;

/** The file for a strategy of this origin, in small steps: a line with the digest of the next one, which is JSON. */
export function* encodeCached({ text, revision, overrides }: OfferedStrategy, origin: string): Steps<Buffer> {
  const others = { origin, revision, overrides: Object.fromEntries(overrides) };
  const hash = createHash('sha256');
  const pieces: Buffer[] = [];
  for (const piece of jsonPieces(others satisfies Omit<CachedStrategy, 'text'>, text)) {
    const bytes = Buffer.from(piece);
    hash.update(bytes);
    pieces.push(bytes);
    yield;
  }
  const first = Buffer.from(`waystation strategy-cache 1 sha256:${hash.digest('hex')}\n`);
  return Buffer.concat([first, ...pieces, Buffer.from('\n')]);
}

/** What a file holds; undefined where it is damaged. */
export function decodeCached(content: string): CachedStrategy | undefined {
  const end = content.indexOf('\n');
  const digest = head.exec(content.slice(0, Math.max(0, end)))?.[1];
  const body = content.slice(end + 1, -1);
  if (digest === undefined || !content.endsWith('\n')) return undefined;
  if (createHash('sha256').update(body).digest('hex') !== digest) return undefined;
  try {
    return cachedSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The JSON of `{ ...others, text }`. */
function* jsonPieces(others: Omit<CachedStrategy, 'text'>, text: string): Iterable<string> {
  yield `${JSON.stringify(others).slice(0, -1)},"text":"`;
  for (let at = 0; at < text.length;) {
    let end = at + stepLength;
    // The halves of a character stay together: each by itself would be written as an escape.
    if (isHighSurrogate(text.charCodeAt(end - 1))) end += 1;
    yield JSON.stringify(text.slice(at, end)).slice(1, -1);
    at = end;
  }
  yield '"}';
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

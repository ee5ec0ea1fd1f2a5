import { readDocument } from '@waystation/config';
import * as z from 'zod';

/** What `--local-keys` says. */
export type LocalKeys =
  /** Any signed URL is taken, whoever made it. */
  | { readonly kind: 'any' }
  /** Only requests signed with one of these: access key id → secret; followed where they came from a `file`. */
  | { readonly kind: 'keys'; readonly secrets: ReadonlyMap<string, string>; readonly file?: string };

/** The keys of a file, or what is wrong with it: never with a value out of it. */
export type LocalKeysRead =
  | { readonly ok: true; readonly secrets: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly reason: string };

const shape = z
  .record(z.string().regex(/^[\x21-\x7e]{1,128}$/), z.string().min(1).max(4096))
  .refine((keys) => Object.keys(keys).length > 0);

/** The longest file of keys that is read. */
export const maxLocalKeysBytes = 262_144;

/** Reads the file of `--local-keys`: YAML or JSON, access key id → secret. */
export function readLocalKeys(text: string, name: string): LocalKeysRead {
  const document = readDocument(text, name, { maxBytes: maxLocalKeysBytes });
  const parsed = document.ok ? shape.safeParse(document.value) : undefined;
  if (parsed?.success === true) return { ok: true, secrets: new Map(Object.entries(parsed.data)) };
  // Neither the parser's words nor a path: either may be a secret.
  const reason = 'must be the YAML or JSON of a mapping, each access key id to its secret, with at least one';
  return { ok: false, reason };
}

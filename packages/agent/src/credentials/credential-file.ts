import { readDocument } from '@waystation/config';
import { namePattern, parseAllowEndpoint } from '@waystation/core';
import type { AllowEndpoint } from '@waystation/core';
import * as z from 'zod';
import type { Credential } from './credential.ts';

/** A credential that this host holds, and where it may be used. */
export interface HeldCredential {
  readonly credential: Credential;
  /** The only endpoints that it may be used for; absent: every one that a strategy may name. */
  readonly hosts?: readonly AllowEndpoint[];
}

/** The credentials of a file by name, or what is wrong with it: never with a value out of it. */
export type CredentialFileRead =
  | { readonly ok: true; readonly credentials: ReadonlyMap<string, HeldCredential> }
  | { readonly ok: false; readonly reason: string };

const secret = z.string().min(1).max(4096);
const hosts = z.array(
  z.string().transform((text, context): AllowEndpoint => {
    const read = parseAllowEndpoint(text);
    if (read.ok) return read.entry;
    context.addIssue({ code: 'custom', message: read.message });
    return z.NEVER;
  }),
);

const shape = z
  .strictObject({
    accessKeyId: secret.optional(),
    accessKeySecret: secret.optional(),
    securityToken: secret.optional(),
    key: secret.optional(),
    hosts: hosts.optional(),
  })
  .transform((entry, context): HeldCredential => {
    const { accessKeyId, accessKeySecret, securityToken, key } = entry;
    const where = entry.hosts === undefined ? {} : { hosts: entry.hosts };
    if (key !== undefined && accessKeyId === undefined && accessKeySecret === undefined && !securityToken) {
      return { credential: { kind: 'api-key', key }, ...where };
    }
    if (key === undefined && accessKeyId !== undefined && accessKeySecret !== undefined) {
      const token = securityToken === undefined ? {} : { securityToken };
      return { credential: { kind: 'aliyun', accessKeyId, accessKeySecret, ...token }, ...where };
    }
    context.addIssue({
      code: 'custom',
      message: 'must have either accessKeyId and accessKeySecret (and optionally securityToken), or key',
    });
    return z.NEVER;
  });

const fileShape = z.record(z.string().regex(namePattern), shape);

/** Reads a credentials file: YAML or JSON, name → credential. */
export function readCredentials(text: string, name: string): CredentialFileRead {
  const document = readDocument(text, name, { maxBytes: 262_144 });
  // The parser's own words may repeat a line of the file, and a line of it is a secret.
  if (!document.ok) {
    const places = document.issues
      .slice(0, 5)
      .map(({ line, column }) => `${String(line)}:${String(column)}`)
      .join(', ');
    return { ok: false, reason: `${name} is not the YAML or JSON of a mapping (see ${places})` };
  }
  const parsed = fileShape.safeParse(document.value);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 10).map(describe);
    return { ok: false, reason: `${name}: ${issues.join('; ')}` };
  }
  return { ok: true, credentials: new Map(Object.entries(parsed.data)) };
}

/** Where and what, without what was found there. */
function describe({ path, code, message }: z.core.$ZodIssue): string {
  const at = path.map(String).join('.');
  const place = at === '' ? 'the file' : at;
  switch (code) {
    case 'custom':
      return `${place} ${message}`;
    case 'unrecognized_keys':
      return `${place} may have accessKeyId, accessKeySecret, securityToken, key and hosts, nothing else`;
    case 'invalid_key':
      return `${place} must be a name of 1–63 letters, digits, ".", "_" or "-"`;
    case 'invalid_type':
      return path.length < 2 ? `${place} must be a mapping` : `${place} must be text`;
    default:
      return `${place} must be text of 1 to 4096 characters`;
  }
}

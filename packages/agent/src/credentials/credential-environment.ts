import type { Credential } from './credential.ts';

/** Variables by name, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment holds under a credential's name; `mistake` where it is only half of one, or two. */
export type EnvironmentCredential =
  | { readonly kind: 'found'; readonly credential: Credential }
  | { readonly kind: 'none' }
  | { readonly kind: 'mistake'; readonly reason: string };

/** `cn.main` → `WAYSTATION_CREDENTIAL_CN_MAIN`: what has no place in a variable's name becomes `_`. */
export function variablePrefix(name: string): string {
  return `WAYSTATION_CREDENTIAL_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

/** Reads `WAYSTATION_CREDENTIAL_<NAME>_ACCESS_KEY_ID`, `_ACCESS_KEY_SECRET`, `_SECURITY_TOKEN` or `_API_KEY`. */
export function readEnvironment(env: Environment, name: string): EnvironmentCredential {
  const prefix = variablePrefix(name);
  const read = (part: string): string | undefined => {
    const value = env[`${prefix}_${part}`];
    return value === '' ? undefined : value;
  };
  const accessKeyId = read('ACCESS_KEY_ID');
  const accessKeySecret = read('ACCESS_KEY_SECRET');
  const securityToken = read('SECURITY_TOKEN');
  const key = read('API_KEY');
  const pair = accessKeyId !== undefined || accessKeySecret !== undefined || securityToken !== undefined;
  if (key !== undefined) {
    return pair
      ? { kind: 'mistake', reason: `${prefix}_API_KEY and ${prefix}_ACCESS_KEY_… exclude each other` }
      : { kind: 'found', credential: { kind: 'api-key', key } };
  }
  if (!pair) return { kind: 'none' };
  if (accessKeyId === undefined || accessKeySecret === undefined) {
    return {
      kind: 'mistake',
      reason: `${prefix}_ACCESS_KEY_ID and ${prefix}_ACCESS_KEY_SECRET must be set together`,
    };
  }
  const token = securityToken === undefined ? {} : { securityToken };
  return { kind: 'found', credential: { kind: 'aliyun', accessKeyId, accessKeySecret, ...token } };
}

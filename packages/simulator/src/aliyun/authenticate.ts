import { timingSafeEqual } from 'node:crypto';
import type { AccountBook } from '../account/account-book.ts';
import type { AccountState } from '../account/account-state.ts';
import type { AccountKey } from '../config/simulator-config.ts';
import { readAcs3Claim } from './acs3-signature.ts';
import type { AliyunRequest } from './aliyun-request.ts';
import type { Claim } from './claim.ts';
import type { Nonces } from './nonces.ts';
import type { Refusal } from './refusal.ts';
import { missing, refuse } from './refusal.ts';
import { readV1Claim } from './v1-signature.ts';

const WINDOW_MS = 15 * 60_000;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Who a request comes from, or the refusal; in the gateway's order: form, time, key, token, signature, nonce. */
export function authenticate(
  request: AliyunRequest,
  accounts: AccountBook,
  nonces: Nonces,
  at: number,
): AccountState | Refusal {
  const claim = readClaim(request);
  if ('code' in claim) return claim;
  if (!TIMESTAMP.test(claim.timestamp)) return refuse('InvalidTimeStamp.Format');
  const stamped = Date.parse(claim.timestamp);
  if (Number.isNaN(stamped)) return refuse('InvalidTimeStamp.Format');
  if (Math.abs(at - stamped) > WINDOW_MS) return refuse('InvalidTimeStamp.Expired');
  const owner = accounts.byAccessKey(claim.accessKeyId);
  if (owner === undefined) return refuse('InvalidAccessKeyId.NotFound');
  if (!owner.key.active) return refuse('InvalidAccessKeyId.Inactive');
  const tokenRefusal = checkToken(owner.key, claim, at);
  if (tokenRefusal !== undefined) return tokenRefusal;
  if (!sameText(claim.sign(owner.key.accessKeySecret), claim.signature)) {
    return refuse(
      'SignatureDoesNotMatch',
      `Specified signature is not matched with our calculation. server string to sign is:${claim.stringToSign}`,
    );
  }
  if (!nonces.claim(claim.accessKeyId, claim.nonce, at)) return refuse('SignatureNonceUsed');
  return owner.account;
}

/** The key id a request carries, unverified; absent when it carries none. */
export function claimedKeyId(request: AliyunRequest): string | undefined {
  const claim = readClaim(request);
  return 'code' in claim ? undefined : claim.accessKeyId;
}

function readClaim(request: AliyunRequest): Claim | Refusal {
  if (request.dialect === 'acs3') return readAcs3Claim(request);
  if (request.dialect === 'v1') return readV1Claim(request);
  return missing('AccessKeyId');
}

function checkToken(key: AccountKey, claim: Claim, at: number): Refusal | undefined {
  if (key.securityToken === undefined) {
    return claim.securityToken === undefined || claim.securityToken === ''
      ? undefined
      : refuse('InvalidSecurityToken.MismatchWithAccessKey');
  }
  if (claim.securityToken === undefined || claim.securityToken === '') return missing('SecurityToken');
  if (claim.securityToken !== key.securityToken) return refuse('InvalidSecurityToken.Malformed');
  if (key.expiresAt !== undefined && Date.parse(key.expiresAt) <= at) {
    return refuse('InvalidSecurityToken.Expired');
  }
  return undefined;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

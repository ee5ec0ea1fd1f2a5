import { timingSafeEqual } from 'node:crypto';
import { readAcs3Proof } from './acs3-proof.ts';
import { isRefusal, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { CompatRequest } from './compat-request.ts';
import type { LocalKeys } from './local-keys.ts';
import { readV1Proof } from './v1-proof.ts';

const windowMs = 15 * 60_000;

/**
 * Refuses who may not send: with keys, whoever signed with none of them or at another time than `wallTime` ± 15
 * minutes; without, what a web page could have caused.
 */
export function refuseCaller(
  request: CompatRequest,
  keys: LocalKeys | undefined,
  wallTime: number,
): CompatRefusal | undefined {
  if (keys?.kind === 'any') return undefined;
  if (keys === undefined) {
    return needsPreflight(request) ? undefined : refuse('waystation.LocalKeysRequired');
  }
  const proof = request.dialect === 'acs3' ? readAcs3Proof(request) : readV1Proof(request);
  if (isRefusal(proof)) return proof;
  const stamped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(proof.timestamp)
    ? Date.parse(proof.timestamp)
    : Number.NaN;
  if (Number.isNaN(stamped)) return refuse('InvalidTimeStamp.Format');
  if (Math.abs(wallTime - stamped) > windowMs) return refuse('InvalidTimeStamp.Expired');
  const secret = keys.secrets.get(proof.accessKeyId);
  if (secret === undefined) return refuse('InvalidAccessKeyId.NotFound');
  return sameText(proof.sign(secret), proof.signature) ? undefined : refuse('SignatureDoesNotMatch');
}

/** Whether a browser would have asked first, and been refused, before it sent this for a page of another origin. */
function needsPreflight({ dialect, headers }: CompatRequest): boolean {
  return (
    dialect === 'acs3' ||
    Object.keys(headers).some((name) => name.startsWith('x-acs-') || name.startsWith('x-sdk-'))
  );
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

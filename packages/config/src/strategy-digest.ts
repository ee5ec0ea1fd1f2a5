import { canonicalPieces, finish } from '@waystation/core';
import type { Steps, Strategy } from '@waystation/core';
import { createHash } from 'node:crypto';

/** SHA-256 (hex) of a strategy's canonical JSON: equal strategies have equal digests, however they were written. */
export function strategyDigest(strategy: Strategy): string {
  return finish(strategyDigestInSteps(strategy));
}

/** As `strategyDigest`, in steps as small as one channel or one route. */
export function* strategyDigestInSteps(strategy: Strategy): Steps<string> {
  const hash = createHash('sha256');
  for (const piece of canonicalPieces(strategy)) {
    hash.update(piece);
    yield;
  }
  return hash.digest('hex');
}

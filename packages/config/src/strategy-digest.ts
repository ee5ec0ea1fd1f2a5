import { canonicalPieces, finish } from '@waystation/core';
import type { Steps, Strategy } from '@waystation/core';
import { createHash } from 'node:crypto';

/** So many characters go into a digest at once. */
const gatheredLength = 4096;

/** SHA-256 (hex) of a strategy's canonical JSON: equal strategies have equal digests, however they were written. */
export function strategyDigest(strategy: Strategy): string {
  return finish(strategyDigestInSteps(strategy));
}

/** As `strategyDigest`, in steps as small as one channel or one route. */
export function* strategyDigestInSteps(strategy: Strategy): Steps<string> {
  const hash = createHash('sha256');
  let gathered = '';
  for (const piece of canonicalPieces(strategy)) {
    gathered += piece;
    // A call for each piece would cost more than its digest.
    if (gathered.length >= gatheredLength) {
      hash.update(gathered);
      gathered = '';
    }
    yield;
  }
  return hash.update(gathered).digest('hex');
}

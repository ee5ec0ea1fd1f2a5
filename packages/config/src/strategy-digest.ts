import { canonicalJson } from '@waystation/core';
import type { Strategy } from '@waystation/core';
import { createHash } from 'node:crypto';

/** SHA-256 (hex) of a strategy's canonical JSON: equal strategies have equal digests, however they were written. */
export function strategyDigest(strategy: Strategy): string {
  return createHash('sha256').update(canonicalJson(strategy)).digest('hex');
}

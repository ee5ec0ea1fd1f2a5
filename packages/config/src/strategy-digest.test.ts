import { parseStrategy, strategyError } from '@waystation/core';
import type { Strategy } from '@waystation/core';
import { strategyArbitrary } from '@waystation/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { strategyDigest } from './strategy-digest.ts';

function read(document: unknown): Strategy {
  const parsed = parseStrategy(document);
  if (!parsed.ok) throw strategyError(parsed);
  return parsed.strategy;
}

it('does not depend on the order of keys, nor on whether defaults are written out', () => {
  fc.assert(
    fc.property(strategyArbitrary, (document) => {
      const strategy = read(document);
      const turned = Object.fromEntries(Object.entries(strategy).reverse());
      expect(strategyDigest(read(turned))).toBe(strategyDigest(strategy));
    }),
  );
});

it('is the SHA-256 of the canonical text, in hex', () => {
  const channels = { a: { provider: 'aliyun', regionId: 'cn-hangzhou' } };
  const routes = [{ name: 'default', policy: { kind: 'primary-backup', order: ['a'] } }];
  const one = strategyDigest(read({ schemaVersion: 1, channels, routes }));
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  const other = read({ schemaVersion: 1, channels, routes, race: { delayMs: 251 } });
  expect(strategyDigest(other)).not.toBe(one);
});

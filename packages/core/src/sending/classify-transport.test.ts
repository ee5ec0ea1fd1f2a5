import { describe, expect, it } from 'vitest';
import { classifyTransport, transportWords } from './classify-transport.ts';
import type { TransportFailureKind } from './classify-transport.ts';

const kinds = Object.keys(transportWords) as TransportFailureKind[];

describe('classifyTransport', () => {
  it.each(kinds)('never calls a written request unsent: %s', (kind) => {
    expect(classifyTransport({ kind, written: true })).toMatchObject({
      class: 'unknown',
      excludes: 'host',
      written: true,
    });
  });

  it.each(kinds)('lets a request that was not written go elsewhere: %s', (kind) => {
    expect(classifyTransport({ kind, written: false, code: 'E' })).toMatchObject({
      class: 'unavailable',
      excludes: kind === 'cancelled' ? 'nothing' : 'host',
      written: false,
      code: 'E',
    });
  });
});

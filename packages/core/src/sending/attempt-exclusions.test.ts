import { describe, expect, it } from 'vitest';
import { exclude, nextCandidate, nothingExcluded } from './attempt-exclusions.ts';
import type { Candidate } from './attempt-verdict.ts';
import type { OutcomeScope } from './outcome.ts';

/** Written short: `channel@host/account`, with `+domain` where it shares one. */
function candidate(text: string): Candidate {
  const [, channel = '', host = '', account = '', failureDomain] =
    /^(\w+)@(\w+)\/(\w+)(?:\+(\w+))?$/.exec(text) ?? [];
  const where = { channel, host, account, credential: account };
  return failureDomain === undefined ? where : { ...where, failureDomain };
}

/** The order in which candidates are tried when each of them ends with an outcome of this scope. */
function order(candidates: readonly string[], scope: OutcomeScope): string {
  let excluded = nothingExcluded;
  let tried = '';
  for (;;) {
    const next = nextCandidate(candidates.map(candidate), excluded, new Set());
    if (next === undefined) return tried;
    tried += next.channel;
    excluded = exclude(excluded, next, scope);
  }
}

describe('a failure domain', () => {
  const cable = ['a@h1/x+cable', 'b@h2/y+cable', 'c@h3/z+other', 'd@h4/w'];

  it.each<[string, readonly string[], OutcomeScope, string]>([
    ['fails together', cable, 'host', 'acdb'],
    [
      'comes back before a host that failed itself',
      ['a@h1/x+cable', 'b@h1/y', 'c@h2/z+cable'],
      'host',
      'acb',
    ],
    ['says nothing of channels without one', ['a@h1/x', 'b@h2/y', 'c@h3/z+cable'], 'host', 'abc'],
    ['is not blamed for an account', cable, 'account', 'abcd'],
    ['is not blamed for a channel', cable, 'channel', 'abcd'],
  ])('%s', (_, candidates, scope, tried) => {
    expect(order(candidates, scope)).toBe(tried);
  });
});

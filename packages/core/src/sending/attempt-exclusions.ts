import type { Order } from '../routing/order.ts';
import type { Candidate } from './attempt-verdict.ts';
import type { OutcomeScope } from './outcome.ts';

/** What outcomes have excluded for one message. `channels` also holds those that were tried. */
export interface Exclusions {
  readonly channels: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly credentials: ReadonlySet<string>;
}

/** Where every message begins. */
export const nothingExcluded: Exclusions = {
  channels: new Set(),
  hosts: new Set(),
  accounts: new Set(),
  credentials: new Set(),
};

/** The exclusions after an attempt by `candidate` whose outcome reaches as far as `scope`. */
export function exclude(excluded: Exclusions, candidate: Candidate, scope: OutcomeScope): Exclusions {
  const channels = new Set(excluded.channels).add(candidate.channel);
  switch (scope) {
    case 'host':
      return { ...excluded, channels, hosts: new Set(excluded.hosts).add(candidate.host) };
    case 'account':
      return { ...excluded, channels, accounts: new Set(excluded.accounts).add(candidate.account) };
    case 'credential':
      return { ...excluded, channels, credentials: new Set(excluded.credentials).add(candidate.credential) };
    case 'channel':
    case 'everything':
    case 'nothing':
      return { ...excluded, channels };
  }
}

/**
 * The first candidate that may still be tried and is not among `passedOver`. One whose host is excluded comes
 * back last, when nothing else is left: its host may have failed for another account, or for a moment.
 */
export function nextCandidate(
  candidates: Order<Candidate>,
  excluded: Exclusions,
  passedOver: Pick<ReadonlySet<string>, 'has'>,
): Candidate | undefined {
  let last: Candidate | undefined;
  for (let index = 0; ; index += 1) {
    const candidate = candidates.at(index);
    if (candidate === undefined) return last;
    if (excluded.channels.has(candidate.channel) || passedOver.has(candidate.channel)) continue;
    if (excluded.accounts.has(candidate.account) || excluded.credentials.has(candidate.credential)) continue;
    if (!excluded.hosts.has(candidate.host)) return candidate;
    last ??= candidate;
  }
}

import type { Order } from '../routing/order.ts';
import type { Candidate } from './attempt-verdict.ts';
import type { OutcomeScope } from './outcome.ts';

/** What outcomes have excluded for one message. `channels` also holds those that were tried. */
export interface Exclusions {
  readonly channels: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  /** Failure domains of the hosts. */
  readonly domains: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly credentials: ReadonlySet<string>;
}

/** Where every message begins. */
export const nothingExcluded: Exclusions = {
  channels: new Set(),
  hosts: new Set(),
  domains: new Set(),
  accounts: new Set(),
  credentials: new Set(),
};

/** The exclusions after an attempt by `candidate` whose outcome reaches as far as `scope`. */
export function exclude(excluded: Exclusions, candidate: Candidate, scope: OutcomeScope): Exclusions {
  const channels = new Set(excluded.channels).add(candidate.channel);
  switch (scope) {
    case 'host':
      return {
        ...excluded,
        channels,
        hosts: new Set(excluded.hosts).add(candidate.host),
        domains: withDomain(excluded.domains, candidate),
      };
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

/** The exclusions once a candidate that was only passed over for its block may be tried after all. */
export function readmit(excluded: Exclusions, { channel }: Candidate): Exclusions {
  if (!excluded.channels.has(channel)) return excluded;
  const channels = new Set(excluded.channels);
  channels.delete(channel);
  return { ...excluded, channels };
}

/** An attempt that is no candidate for another one. */
type Running = readonly { readonly candidate: Candidate }[];

const nobody: Running = [];

/**
 * The first candidate that may still be tried and is neither among `passedOver` nor `running`. One whose failure domain is excluded
 * comes back when nothing else is left, and one whose host is after those: it may have failed for another account,
 * or for a moment.
 */
export function nextCandidate(
  candidates: Order<Candidate>,
  excluded: Exclusions,
  passedOver: Pick<ReadonlySet<string>, 'has'>,
  running: Running = nobody,
): Candidate | undefined {
  let sameDomain: Candidate | undefined;
  let sameHost: Candidate | undefined;
  for (let index = 0; ; index += 1) {
    const candidate = candidates.at(index);
    if (candidate === undefined) return sameDomain ?? sameHost;
    if (excluded.channels.has(candidate.channel) || passedOver.has(candidate.channel)) continue;
    if (running.some((each) => each.candidate.channel === candidate.channel)) continue;
    if (excluded.accounts.has(candidate.account) || excluded.credentials.has(candidate.credential)) continue;
    const { host, failureDomain } = candidate;
    if (excluded.hosts.has(host)) sameHost ??= candidate;
    else if (failureDomain === undefined || !excluded.domains.has(failureDomain)) return candidate;
    else sameDomain ??= candidate;
  }
}

function withDomain(domains: ReadonlySet<string>, { failureDomain }: Candidate): ReadonlySet<string> {
  return failureDomain === undefined ? domains : new Set(domains).add(failureDomain);
}

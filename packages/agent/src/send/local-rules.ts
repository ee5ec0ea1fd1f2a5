import { channelEndpoint, eachInSteps, isEndpointAllowed } from '@waystation/core';
import type { AllowEndpoint, Channel, ErrorCode, RoutingSnapshot, Steps } from '@waystation/core';
import type { CredentialBook, CredentialFacts } from '../credentials/credential-book.ts';
import { usesKey } from '../provider/http/gateway-dialect.ts';

/** A rule of this host that a strategy breaks. */
interface Breach {
  readonly code: Extract<ErrorCode, 'CREDENTIAL_MISSING' | 'STRATEGY_REFUSED'>;
  readonly reason: string;
}

/** What this host allows, whatever the store says. */
export interface LocalRules {
  readonly allowEndpoints: readonly AllowEndpoint[];
  readonly credentials: Pick<CredentialBook, 'describe'>;
}

const kinds = { aliyun: 'an Aliyun key pair', 'api-key': 'an API key' } as const;
const wanted = { aliyun: 'aliyun', http: 'api-key' } as const;
const mostReasons = 10;

/** Why this host refuses a strategy, in one sentence that begins with the code; undefined: it does not. */
export function* refuseLocally({ strategy }: RoutingSnapshot, rules: LocalRules): Steps<string | undefined> {
  const found = yield* eachInSteps(Object.entries(strategy.channels), ([name, channel]) => [
    ...endpointBreach(name, channel, rules),
    ...credentialBreach(name, channel, rules),
  ]);
  const breaches = found.flat();
  const [first] = breaches;
  if (first === undefined) return undefined;
  const told = breaches.slice(0, mostReasons).map(({ reason }) => reason);
  const more = breaches.length - told.length;
  return `${first.code}: ${told.join('; ')}${more > 0 ? `; and ${String(more)} more` : ''}`;
}

function endpointBreach(name: string, channel: Channel, { allowEndpoints }: LocalRules): Breach[] {
  const { url, protocol, host } = channelEndpoint(channel);
  if (isEndpointAllowed(url, allowEndpoints)) {
    // An allowed `*` may stand for what looks like an encoded name and is none (`xn--…`, before Node.js 24).
    if (URL.canParse(url)) return [];
    return [{ code: 'STRATEGY_REFUSED', reason: `channels.${name} sends to ${host}, which is no host name` }];
  }
  const reason =
    `channels.${name} sends to ${protocol}://${host}, which this host does not allow: ` +
    `allowed are ${allowEndpoints.map(({ text }) => text).join(', ')} (see --allow-endpoint)`;
  return [{ code: 'STRATEGY_REFUSED', reason }];
}

function credentialBreach(name: string, channel: Channel, { credentials }: LocalRules): Breach[] {
  const facts = credentials.describe(channel.credential);
  const unused = channel.provider === 'http' && !usesKey(channel);
  // A gateway that is told no key needs none, and the default chain is what it has when it names none.
  if (unused && ('missing' in facts || facts.from === 'default-chain')) return [];
  const at = `channels.${name}.credential`;
  if ('missing' in facts) return [{ code: 'CREDENTIAL_MISSING', reason: `${at}: ${facts.missing}` }];
  const breach = pairingBreach(channel, facts);
  return breach === undefined ? [] : [{ code: 'STRATEGY_REFUSED', reason: `${at} ${breach}` }];
}

function pairingBreach(channel: Channel, { kind, hosts }: CredentialFacts): string | undefined {
  const { credential, provider } = channel;
  if (kind !== wanted[provider]) {
    return `${credential} is ${kinds[kind]}, and a channel of provider ${provider} takes ${kinds[wanted[provider]]} only`;
  }
  const { url, host } = channelEndpoint(channel);
  if (hosts === undefined || isEndpointAllowed(url, hosts)) return undefined;
  const allowed = hosts.map(({ text }) => text).join(', ');
  return `${credential} may not be used for ${host}: its hosts are ${allowed === '' ? 'none' : allowed}`;
}

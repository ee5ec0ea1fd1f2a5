import type { Channel } from '../model/channel.ts';
import { isMixed } from '../model/message-batch.ts';
import type { Message } from '../model/message.ts';
import { allWithin, countryPrefixes } from './country-code.ts';

/** What of a message decides whether a channel can send it. */
export interface Demand {
  readonly templateCode: string;
  readonly countryPrefixes: readonly string[];
  readonly numbers: number;
  /** Whether numbers get different texts in one request. */
  readonly mixed: boolean;
}

/** What a message demands of a channel. */
export function demandOf(message: Message): Demand {
  return {
    templateCode: message.templateCode,
    countryPrefixes: countryPrefixes(message.e164),
    numbers: message.e164.length,
    mixed: isMixed(message),
  };
}

/** Why a channel cannot send a message; `undefined`: it can. */
export type CoverageGap = 'template' | 'country' | 'numbers' | 'mixed';

/** Tests one channel against messages; built once for a snapshot. */
export type Coverage = (demand: Demand) => CoverageGap | undefined;

/** Whether a channel can send a template at all; the templates of an http channel are its contents. */
export function coversTemplate(channel: Channel, templateCode: string): boolean {
  const templates = channel.covers?.templateCodes;
  if (templates !== undefined && !templates.includes(templateCode)) return false;
  return channel.provider !== 'http' || Object.hasOwn(channel.contents, templateCode);
}

/** Whether a channel sends to the countries of all these numbers (E.164). */
export function coversNumbers(channel: Channel, e164: readonly string[]): boolean {
  const countryCodes = channel.covers?.countryCodes;
  return countryCodes === undefined || allWithin(countryPrefixes(e164), countryCodes);
}

/** How many numbers a channel takes in one request. */
export function maxNumbersOf(channel: Channel): number {
  return channel.maxNumbers ?? (channel.provider === 'aliyun' ? 1000 : 1);
}

/** How many numbers a channel takes of any template, to any country, alike or not; 0 where it asks for more. */
export function openTo(channel: Channel): number {
  const { templateCodes, countryCodes } = channel.covers ?? {};
  const open = channel.provider === 'aliyun' && templateCodes === undefined && countryCodes === undefined;
  return open ? maxNumbersOf(channel) : 0;
}

/** Prepares the test of one channel. */
export function buildCoverage(channel: Channel): Coverage {
  const { templateCodes, countryCodes } = channel.covers ?? {};
  const templates = templateCodes === undefined ? undefined : new Set(templateCodes);
  const contents = channel.provider === 'http' ? new Set(Object.keys(channel.contents)) : undefined;
  const maxNumbers = maxNumbersOf(channel);
  return ({ templateCode, countryPrefixes: prefixes, numbers, mixed }) => {
    if (templates?.has(templateCode) === false || contents?.has(templateCode) === false) return 'template';
    if (countryCodes !== undefined && !allWithin(prefixes, countryCodes)) return 'country';
    if (numbers > maxNumbers) return 'numbers';
    // A gateway has one text for all numbers of a request.
    return mixed && channel.provider === 'http' ? 'mixed' : undefined;
  };
}

import { compatCodes } from './compat-codes.ts';
import type { CompatCodeName } from './compat-codes.ts';

/** Why a request is refused, in the words that official clients show. */
export interface CompatRefusal {
  readonly code: string;
  readonly status: number;
  /** A sentence, without numbers, parameters or secrets. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection cannot be used for another request. */
  readonly close?: boolean;
}

/** A refusal with the status that its code has, and its words unless others are given. */
export function refuse(
  code: CompatCodeName,
  message?: string,
  more: Pick<CompatRefusal, 'headers' | 'close'> = {},
): CompatRefusal {
  const known = compatCodes[code];
  return { code, status: known.status, message: message ?? known.message, ...more };
}

/** The refusal of what nobody took and nothing was written of; it may be asked for again after a while. */
export function unavailable(message: string, retryAfterMs = 1000): CompatRefusal {
  return refuse('ServiceUnavailable', message, { headers: retryAfter(retryAfterMs) });
}

/** `Retry-After` in whole seconds, at least one. */
export function retryAfter(ms: number): { readonly 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}

/** The refusal for a parameter or header that must be there and is not. */
export function missing(name: string): CompatRefusal {
  return {
    code: `Missing${name}`,
    status: compatCodes['Missing*'].status,
    message: `${name} is mandatory for this action.`,
  };
}

/** Tells a refusal from what a step would have returned otherwise. */
export function isRefusal(value: unknown): value is CompatRefusal {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value;
}

/**
 * The platform's AbortSignal wherever there is one; core itself is compiled without a platform and sees only
 * that a signal may be aborted.
 */
export type CancelSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : { readonly aborted: boolean };

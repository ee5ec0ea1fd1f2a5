/** What an application is told to send: so many at a time, or so many a second. */
export type LoadOrder =
  | { readonly kind: 'closed'; readonly concurrency: number; readonly seconds: number }
  | { readonly kind: 'open'; readonly ratePerSecond: number; readonly seconds: number };

/** How an application sends. */
export type SenderKind = 'sdk' | 'official-signer' | 'native' | 'keyed' | 'compat';

/** A fault as the simulator takes it, without its region. */
export type Fault = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Longer than an attempt waits, and shorter than a search lets the records settle. */
const slowMs = 1500;

/** What the kinds need beside their name. */
const needs: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  slow: [{ delayMs: slowMs }],
  reset: [{ how: 'rst' }, { how: 'fin' }],
  status: [{ status: 500 }, { status: 503 }],
  code: [{ code: 'isp.SYSTEM_ERROR' }],
  throttle: [{ retryAfterMs: 300 }],
};
/** Faults that strike no request, and so take no text before they strike. */
const ofListeners: ReadonlySet<string> = new Set(['refuse', 'blackhole', 'tls-failure']);
/** A provider that lies cannot be proven anything by: it says OK and sends nothing, or that it cannot, and sends. */
const lies = (fault: Fault): boolean =>
  fault.kind === 'swallow' || (fault['status'] === 503 && fault['accepted'] === true);

/** Every way to fail of these kinds, before the text is taken and after, but for those that are lies. */
export function waysToFail(kinds: readonly string[]): readonly Fault[] {
  return kinds
    .flatMap((kind) => (needs[kind] ?? [{}]).map((more) => ({ kind, ...more })))
    .flatMap((fault): readonly Fault[] =>
      ofListeners.has(fault.kind) || fault.kind === 'throttle' || fault.kind === 'swallow'
        ? [fault]
        : [fault, { ...fault, accepted: true }],
    )
    .filter((fault) => !lies(fault));
}

/** A fault in words. */
export function wordsOf({ kind, ...more }: Fault): string {
  const details = Object.entries(more).map(([name, value]) => `${name} ${String(value)}`);
  return details.length === 0 ? kind : `${kind} (${details.join(', ')})`;
}

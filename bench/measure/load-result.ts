/** What one run of load found. */
export interface LoadResult {
  readonly sends: number;
  /** Sends that were not accepted. */
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU that the sending application itself used; absent where the load does not stand for an application. */
  readonly applicationCpuSeconds?: number;
}

/** Accepted sends a second. */
export function perSecond({ sends, failures, seconds }: LoadResult): number {
  return (sends - failures) / seconds;
}

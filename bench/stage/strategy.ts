/** A strategy document as people write it. */
export type Document = Readonly<Record<string, unknown>>;

/** A channel that leads to `endpoint`. */
export function channel(endpoint: string): Document {
  return { provider: 'aliyun', regionId: 'cn-hangzhou', endpoint, credential: 'bench' };
}

/** One region, one route, everything else as it is by default. */
export function plainStrategy(endpoint: string, change: Document = {}): Document {
  return {
    schemaVersion: 1,
    channels: { 'cn-hangzhou': channel(endpoint) },
    routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['cn-hangzhou'] } }],
    ...change,
  };
}

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

/** One route that draws evenly from `count` channels, which all lead to one endpoint. */
export function evenStrategy(endpoint: string, count: number): Document {
  const names = Array.from({ length: count }, (_, at) => `channel-${String(at)}`);
  const weights = Object.fromEntries(names.map((name) => [name, 1]));
  return plainStrategy(endpoint, {
    channels: Object.fromEntries(names.map((name) => [name, channel(endpoint)])),
    routes: [{ name: 'default', policy: { kind: 'weighted-random', weights } }],
  });
}

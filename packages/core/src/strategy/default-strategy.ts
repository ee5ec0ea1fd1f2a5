import { strategyShape } from '../model/strategy-shape.ts';
import type { Strategy } from '../model/strategy-shape.ts';

/** A strategy that says as little as one can: what stands in it otherwise are the defaults. */
export const defaultStrategy: Strategy = strategyShape.parse({
  schemaVersion: 1,
  channels: { one: { provider: 'aliyun', regionId: 'cn-hangzhou' } },
  routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['one'] } }],
});

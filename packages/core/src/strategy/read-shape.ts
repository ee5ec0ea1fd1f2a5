import type * as z from 'zod';
import { channelSchema } from '../model/channel.ts';
import { routeSchema } from '../model/route.ts';
import { channelNameSchema, mostRoutes, strategyFrameShape } from '../model/strategy-shape.ts';
import type { Strategy } from '../model/strategy-shape.ts';
import type { Steps } from '../steps.ts';

/**
 * What `strategyShape` makes of a document, channel by channel and route by route; undefined where it refuses it.
 * Says nothing of why: whoever wants to know asks the whole shape.
 */
export function* readShape(document: unknown): Steps<Strategy | undefined> {
  if (!isMapping(document)) return undefined;
  const { channels, routes, ...others } = document;
  const frame = strategyFrameShape.safeParse(others);
  if (!frame.success || !isMapping(channels) || !Array.isArray(routes)) return undefined;
  yield;
  const names = Object.keys(channels);
  if (names.length === 0 || !names.every((name) => channelNameSchema.safeParse(name).success))
    return undefined;
  if (routes.length === 0 || routes.length > mostRoutes) return undefined;
  const readChannels = yield* readEach(channelSchema, Object.entries(channels));
  if (readChannels === undefined) return undefined;
  const readRoutes = yield* readEach(routeSchema, routes.entries());
  if (readRoutes === undefined) return undefined;
  const { schemaVersion, ...settings } = frame.data;
  return {
    schemaVersion,
    channels: Object.fromEntries(readChannels),
    routes: readRoutes.map(([, route]) => route),
    ...settings,
  };
}

function* readEach<Key, T>(
  schema: z.ZodType<T>,
  entries: Iterable<[Key, unknown]>,
): Steps<[Key, T][] | undefined> {
  const results: [Key, T][] = [];
  for (const [key, value] of entries) {
    const read = schema.safeParse(value);
    if (!read.success) return undefined;
    results.push([key, read.data]);
    yield;
  }
  return results;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

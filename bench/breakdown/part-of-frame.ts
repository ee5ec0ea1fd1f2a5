import type { Frame, PartOf } from './cpu-profile.ts';

/** Which module a function is of; undefined for what is none of ours. */
export type ModuleOf = (frame: Frame) => string | undefined;

/** Names of the parts, in the order in which a send goes through them. */
export const parts = {
  front: 'the API: reading, checking, answering',
  frontNode: 'HTTP of callers: Node',
  frontWrite: 'writing to callers: the system',
  plan: 'routes, picks, the attempt plan',
  health: 'health, limits, blocks, likes',
  journal: 'the journal, messages that wait',
  draft: "the provider's request: draft, signature, answer",
  upstream: 'HTTP of the provider: undici and its parser',
  upstreamNode: 'HTTP of the provider: Node',
  upstreamWrite: 'writing to the provider: the system',
  turns: 'sockets, turns, promises, timers: Node',
  native: 'event loop, reading, parsing of callers: outside of JavaScript',
  garbage: 'collecting garbage',
  rest: 'the rest of the agent',
} as const;

/** The rooms of the agent and of core, and the part that each is of. */
const rooms: readonly (readonly [pattern: RegExp, part: string])[] = [
  [/\/undici\//u, parts.upstream],
  [/\/(?:lmdb|msgpackr|ordered-binary|weak-lru-cache)\//u, parts.journal],
  [/^dist\/(?:http|admin)\//u, parts.front],
  [/\/zod\//u, parts.front],
  [/^dist\/(?:journal|deliver|disk)\//u, parts.journal],
  [/^dist\/(?:provider|digest|pool)\//u, parts.draft],
  [/^dist\/(?:health|limits|reconcile)\/|core\/dist\/(?:health|limits|overload|reconcile)\//u, parts.health],
  [/^dist\/send\/(?:block-book|attempt-alerts)/u, parts.health],
  [/^dist\/(?:send|timing)\/|core\/dist\/(?:sending|routing|model|strategy)\//u, parts.plan],
];
const writes = new Set(['writev', 'writeBuffer', 'writeUtf8String', 'writeLatin1String', 'writeAsciiString']);

/** What V8 names that is no function; the rest of it is outside of JavaScript. */
const outside: Readonly<Record<string, string>> = { '(garbage collector)': parts.garbage };

/** By the nearest function that has a place: what is built in counts as the time of whoever calls it. */
export function partOfFrame(moduleOf: ModuleOf): PartOf {
  return (frame, callers) => {
    if (frame.functionName.startsWith('(')) return outside[frame.functionName] ?? parts.native;
    const stack = [frame, ...callers];
    const towardsProvider = stack.some((one) => moduleOf(one)?.includes('/undici/') === true);
    if (frame.url === '' && writes.has(frame.functionName)) {
      return towardsProvider ? parts.upstreamWrite : parts.frontWrite;
    }
    const placed = stack.find(({ url }) => url !== '');
    if (placed === undefined) return parts.native;
    if (!placed.url.startsWith('node:')) return partOfModule(moduleOf(placed));
    if (towardsProvider) return parts.upstreamNode;
    return stack.some(({ url }) => url.startsWith('node:_http')) ? parts.frontNode : parts.turns;
  };
}

function partOfModule(module = ''): string {
  return rooms.find(([pattern]) => pattern.test(module))?.[1] ?? parts.rest;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StrategyInput } from '../model/strategy.ts';
import { strategySchema } from '../model/strategy.ts';
import { strategyArbitrary } from '../testing/arbitraries.ts';
import { parseStrategy, strategyError } from './parse-strategy.ts';

const aliyun = { provider: 'aliyun', regionId: 'cn-hangzhou' };
const gateway = {
  provider: 'http',
  endpoint: 'https://sms.example.com/send',
  contents: { SMS_1: 'Your code is ${code}.' },
  request: { fields: { apikey: '${credential.key}', mobile: '${phone.national}', content: '${content}' } },
  answer: { code: '/code', accepted: ['0'] },
};

/** A valid strategy with the given parts in place of its own. */
function documentWith(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    schemaVersion: 1,
    channels: { hz: aliyun, sg: { ...aliyun, regionId: 'ap-southeast-1' } },
    routes: [{ name: 'otp', policy: { kind: 'weighted-random', weights: { hz: 70, sg: 30 } } }],
    ...parts,
  };
}

function route(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { name: 'otp', policy: { kind: 'primary-backup', order: ['hz', 'sg'] }, ...parts };
}

function routed(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return documentWith({ routes: [route(parts)] });
}

function gatewayWith(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return documentWith({ channels: { hz: aliyun, sg: aliyun, b: { ...gateway, ...parts } } });
}

function messagesOf(document: unknown): string[] {
  const parsed = parseStrategy(document);
  return parsed.ok ? [] : parsed.issues.map(({ message }) => message);
}

describe('a valid strategy', () => {
  it('has every default filled in', () => {
    const parsed = parseStrategy(documentWith({}));
    expect(parsed).toMatchObject({
      ok: true,
      strategy: {
        channels: { hz: { credential: 'default', recordsShared: false } },
        routes: [{ onUnknownOutcome: 'reconcile', outId: 'keep', dedupeMs: 0 }],
        timeouts: { connectMs: 3000, readMs: 5000, totalMs: 10_000, compatTotalMs: 2500 },
        health: { threshold: 80, ejection: { baseMs: 30_000 } },
        limits: { routes: {}, numbers: { kind: 'off' } },
      },
      warnings: [],
    });
  });

  it('survives JSON there and back, with and without its defaults', () => {
    fc.assert(
      fc.property(strategyArbitrary, (document) => {
        const first = parseStrategy(document);
        if (!first.ok) throw strategyError(first);
        for (const again of [document, first.strategy]) {
          const second = parseStrategy(JSON.parse(JSON.stringify(again)));
          if (!second.ok) throw strategyError(second);
          expect(second.strategy).toEqual(first.strategy);
          expect(second.warnings).toEqual(first.warnings);
        }
      }),
    );
  });
});

describe('a mistake is named with its place, its value and what was allowed', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'the strategy is missing: it must be a mapping'],
    ['an empty file', null, 'the strategy must be a mapping, got null'],
    ['a list', [], 'the strategy must be a mapping, got []'],
    [
      'a negative weight',
      documentWith({
        routes: [{ name: 'otp', policy: { kind: 'weighted-random', weights: { hz: -5, sg: 1 } } }],
      }),
      'routes.otp.policy.weights.hz must be 0–1000, got -5',
    ],
    [
      'a weight that is no number',
      documentWith({
        routes: [{ name: 'otp', policy: { kind: 'weighted-random', weights: { hz: Number.NaN, sg: 1 } } }],
      }),
      'routes.otp.policy.weights.hz must be 0–1000, got NaN',
    ],
    [
      'a huge weight',
      documentWith({
        routes: [{ name: 'otp', policy: { kind: 'weighted-random', weights: { hz: 1e308, sg: 1 } } }],
      }),
      'routes.otp.policy.weights.hz must be 0–1000, got 1e+308',
    ],
    [
      'no weights',
      documentWith({ routes: [{ name: 'otp', policy: { kind: 'weighted-random', weights: {} } }] }),
      'routes.otp.policy.weights must name at least one channel, got {}',
    ],
    [
      'an unknown policy',
      routed({ policy: { kind: 'round-robin' } }),
      'routes.otp.policy.kind must be primary-backup, weighted-random or lowest-latency, got "round-robin"',
    ],
    [
      'a policy that is text',
      routed({ policy: 'primary-backup' }),
      'routes.otp.policy must be a mapping, got "primary-backup"',
    ],
    [
      'an unknown choice',
      routed({ onUnknownOutcome: 'retry' }),
      'routes.otp.onUnknownOutcome must be reconcile, resend or fail, got "retry"',
    ],
    [
      'no provider',
      documentWith({ channels: { hz: {}, sg: aliyun } }),
      'channels.hz.provider is missing: it must be aliyun or http',
    ],
    [
      'a region id that is none',
      documentWith({ channels: { hz: { ...aliyun, regionId: 'Hangzhou' }, sg: aliyun } }),
      'channels.hz.regionId must be a region id such as cn-hangzhou, got "Hangzhou"',
    ],
    [
      'a time beyond its limits',
      documentWith({ timeouts: { readMs: 0 } }),
      'timeouts.readMs must be a whole number 50–60000, got 0',
    ],
    [
      'a time with a unit',
      documentWith({ timeouts: { readMs: '5s' } }),
      'timeouts.readMs must be a whole number 50–60000, got "5s"',
    ],
    [
      'a mistyped key',
      documentWith({ timeouts: { conectMs: 1 } }),
      'timeouts.conectMs is not a known key; did you mean connectMs?',
    ],
    [
      'a key that resembles none',
      documentWith({ race: { zebra: 1 } }),
      'race.zebra is not a known key; known here are delayMs',
    ],
    [
      'a key of another provider',
      documentWith({ channels: { hz: { ...aliyun, contents: {} }, sg: aliyun } }),
      'channels.hz.contents is not a known key; known here are provider, regionId, endpoint',
    ],
    [
      'a channel that cannot be called so',
      documentWith({ channels: { hz: aliyun, sg: aliyun, 'a b': aliyun } }),
      'channels["a b"] has a name that must be 1–63 letters, digits',
    ],
    [
      'an endpoint with a user in front',
      documentWith({
        channels: { hz: { ...aliyun, endpoint: 'https://dysmsapi.aliyuncs.com@evil.com' }, sg: aliyun },
      }),
      'channels.hz.endpoint must be a host with an optional port, or an http(s) URL without a path, got',
    ],
    [
      'a gateway without a scheme',
      gatewayWith({ endpoint: 'sms.example.com/send' }),
      'channels.b.endpoint must be an http(s) URL without user, password or fragment',
    ],
    [
      'a header that frames the request',
      gatewayWith({ request: { fields: {}, headers: { 'Content-Length': '5' } } }),
      'channels.b.request.headers.Content-Length has a name that must be a header that an endpoint may be sent',
    ],
    [
      'a hidden key',
      JSON.parse('{"schemaVersion": 1, "channels": {"__proto__": {}}}'),
      'channels must not have a key __proto__',
    ],
  ])('%s', (_, document, message) => {
    expect(messagesOf(document).join('\n')).toContain(message);
  });
});

describe('what parts demand of one another', () => {
  it.each<[string, unknown, string]>([
    [
      'a channel that does not exist',
      routed({ policy: { kind: 'primary-backup', order: ['hz', 'sgg'] } }),
      'routes.otp.policy.order[1] names the channel "sgg", which does not exist; did you mean sg?',
    ],
    [
      'a weight for a channel that does not exist',
      routed({ policy: { kind: 'weighted-random', weights: { zebra: 1 } } }),
      'routes.otp.policy.weights.zebra names the channel "zebra", which does not exist; there are hz, sg',
    ],
    [
      'a channel twice in an order',
      routed({ policy: { kind: 'primary-backup', order: ['hz', 'sg', 'hz'] } }),
      'routes.otp.policy.order[2] repeats hz, which stands at [0] already',
    ],
    [
      'two routes of one name',
      documentWith({ routes: [route({ match: { templateCodes: ['SMS_1'] } }), route({})] }),
      'routes.otp.name must be different for each route, and routes[0] and routes[1] share it',
    ],
    [
      'a last route that matches not everything',
      routed({ match: { templateCodes: ['SMS_1'] } }),
      'routes.otp.match must be left out, since the last route must match everything, got templateCodes',
    ],
    [
      'a route behind one that matches everything',
      documentWith({ routes: [route({ match: {} }), route({ name: 'late' })] }),
      'routes.late can never be reached: routes.otp stands before it and matches everything',
    ],
    [
      'a limit of a route that does not exist',
      documentWith({ limits: { routes: { opt: { perSecond: 1 } } } }),
      'limits.routes.opt names the route "opt", which does not exist; did you mean otp?',
    ],
    [
      'a limit of a channel that does not exist',
      documentWith({ limits: { channels: { beijing: { maxInFlight: 1 } } } }),
      'limits.channels.beijing names the channel "beijing", which does not exist; there are hz, sg',
    ],
    [
      'a burst without a rate',
      documentWith({ limits: { channels: { hz: { burst: 5 } } } }),
      'limits.channels.hz.burst needs perSecond beside it',
    ],
    [
      'a fallback to a route that does not exist',
      documentWith({ limits: { routes: { otp: { perSecond: 1, over: { kind: 'fallback', route: 'x' } } } } }),
      'limits.routes.otp.over.route names the route "x", which does not exist; there are otp',
    ],
    [
      'fallbacks in a circle',
      documentWith({
        routes: [route({ name: 'a', match: { templateCodes: ['T'] } }), route({ name: 'b' })],
        limits: {
          routes: {
            a: { perSecond: 1, over: { kind: 'fallback', route: 'b' } },
            b: { perSecond: 1, over: { kind: 'fallback', route: 'a' } },
          },
        },
      }),
      'limits.routes.a.over.route must not lead back to a: a → b → a',
    ],
    [
      'a placeholder that stands for nothing',
      gatewayWith({ request: { fields: { apikey: '${credential.secret}' } } }),
      'channels.b.request.fields.apikey must use known placeholders, got "${credential.secret}"',
    ],
    [
      'a placeholder that is not closed',
      gatewayWith({ contents: { SMS_1: 'Your code is ${code' } }),
      'channels.b.contents.SMS_1 must close every placeholder with }, got "${code"',
    ],
    [
      'a secret in a text',
      gatewayWith({ contents: { SMS_1: '${credential.key}' } }),
      'channels.b.contents.SMS_1 must name template parameters as ${code} (letters, digits, "_")',
    ],
    [
      'a smaller number that is the larger',
      documentWith({ retry: { baseDelayMs: 5000, maxDelayMs: 100 } }),
      'retry.baseDelayMs must be at most retry.maxDelayMs (100), got 5000',
    ],
    [
      'a number that contradicts a default',
      documentWith({ health: { badMs: 100 } }),
      'health.badMs must be more than health.goodMs (500, its default), got 100',
    ],
    [
      'an ejection that shrinks',
      documentWith({ health: { ejection: { baseMs: 600_000 } } }),
      'health.ejection.baseMs must be at most health.ejection.maxMs (300000, its default), got 600000',
    ],
  ])('%s', (_, document, message) => {
    expect(messagesOf(document).join('\n')).toContain(message);
  });
});

describe('all at once', () => {
  const wrong = documentWith({
    routes: [route({ policy: { kind: 'primary-backup', order: ['nowhere'] } }), { policy: {} }],
    timeouts: { readMs: 1.5 },
    extra: true,
  });

  it('reports wrong shapes and wrong relations together', () => {
    const messages = messagesOf(wrong);
    expect(messages.length).toBeGreaterThanOrEqual(5);
    for (const place of [
      'routes.otp.policy.order[0]',
      'routes[1].name',
      'timeouts.readMs',
      'extra',
      'routes[1] can',
    ]) {
      expect(messages.some((message) => message.startsWith(place))).toBe(true);
    }
  });

  it('says where each stands in the document itself, with its value', () => {
    const parsed = parseStrategy(wrong);
    expect(parsed.ok ? [] : parsed.issues).toContainEqual(
      expect.objectContaining({ at: ['routes', 0, 'policy', 'order', 0], value: 'nowhere' }),
    );
  });

  it('makes one error of them, cut where there are too many', () => {
    const weights = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`c${index}`, -1]));
    const parsed = parseStrategy(routed({ policy: { kind: 'weighted-random', weights } }));
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    const error = strategyError(parsed);
    expect(error.code).toBe('STRATEGY_INVALID');
    expect(error.message).toMatch(/^routes\.otp\.policy\.weights\.c0 must be .* and 80 more$/s);
  });
});

describe('whatever it is given', () => {
  it('answers with a strategy or with issues, and never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
        const parsed = parseStrategy(value);
        expect(parsed.ok || parsed.issues.length > 0).toBe(true);
      }),
    );
  });

  it('takes, part by part, what the whole schema takes, and makes the same of it', () => {
    fc.assert(
      fc.property(strategyArbitrary, fc.jsonValue(), fc.nat(), (document, value, draw) => {
        const plain = JSON.parse(JSON.stringify(document)) as StrategyInput;
        for (const candidate of [plain, replaceOne(plain, value, draw)]) {
          const whole = strategySchema.safeParse(candidate);
          const parsed = parseStrategy(candidate);
          expect(parsed.ok ? parsed.strategy : undefined).toEqual(whole.data);
          if (parsed.ok) expect(JSON.stringify(parsed.strategy)).toBe(JSON.stringify(whole.data));
        }
      }),
    );
  });

  it('survives anything in any one place of a valid strategy', () => {
    fc.assert(
      fc.property(strategyArbitrary, fc.anything(), fc.nat(), (document, value, draw) => {
        const damaged = replaceOne(JSON.parse(JSON.stringify(document)) as StrategyInput, value, draw);
        const parsed = parseStrategy(damaged);
        expect(parsed.ok || parsed.issues.length > 0).toBe(true);
      }),
    );
  });

  it('survives great depth', () => {
    const deep = Array.from({ length: 10_000 }).reduce<unknown>((inner) => [inner], 'core');
    expect(messagesOf(documentWith({ race: deep })).join()).toContain('nested more than 32 levels deep');
  });

  it('reports no more than 200 mistakes where everything is wrong', () => {
    const order = Array.from({ length: 20 }, (_, index) => `nowhere-${index}`);
    const names = Array.from({ length: 1000 }, (_, index) => `channel-with-a-long-name-${index}`);
    const parsed = parseStrategy({
      schemaVersion: 1,
      channels: Object.fromEntries(names.map((name) => [name, aliyun])),
      routes: names.map((name) => ({ name, policy: { kind: 'primary-backup', order } })),
    });
    expect(parsed.ok ? 0 : parsed.issues.length).toBe(200);
  });

  it('survives a circle', () => {
    const circle: Record<string, unknown> = documentWith({});
    circle['race'] = circle;
    expect(messagesOf(circle)).toEqual(['race must not contain itself']);
  });
});

/** Puts a value in one place of a document, which one by `draw`. */
function replaceOne(document: object, value: unknown, draw: number): unknown {
  const places: [Record<string, unknown>, string][] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      collect((node as Record<string, unknown>)[key]);
    }
  };
  collect(document);
  const place = places[draw % places.length];
  if (place !== undefined) place[0][place[1]] = value;
  return document;
}

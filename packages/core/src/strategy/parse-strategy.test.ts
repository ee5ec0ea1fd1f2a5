import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StrategyInput } from '../model/strategy.ts';
import { strategySchema } from '../model/strategy.ts';
import { strategyArbitrary } from '../testing/arbitraries.ts';
import { aliyun, documentWith, messagesOf, route, routed } from '../testing/strategy-documents.ts';
import { parseStrategy, strategyError } from './parse-strategy.ts';

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

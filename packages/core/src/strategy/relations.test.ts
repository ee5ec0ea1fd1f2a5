import { describe, expect, it } from 'vitest';
import { documentWith, gatewayWith, messagesOf, route, routed } from '../testing/strategy-documents.ts';

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

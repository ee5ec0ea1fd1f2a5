import { describe, expect, it } from 'vitest';
import { aliyun, documentWith, gatewayWith, messagesOf, routed } from '../testing/strategy-documents.ts';

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

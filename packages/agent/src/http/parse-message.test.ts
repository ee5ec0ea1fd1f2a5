import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonDepth } from './json-depth.ts';
import { parseMessage as parseMessageAt } from './parse-message.ts';
import { isProblem, problemBody } from './problem.ts';

const wallTime = Date.UTC(2026, 0, 1);
const parseMessage = (body: string) => parseMessageAt(body, wallTime);

const good = {
  phoneNumbers: '13800138000',
  signName: '驿站',
  templateCode: 'SMS_1',
  templateParam: { code: '1234' },
};

describe('parseMessage', () => {
  it('reads a whole message', () => {
    const body = JSON.stringify({
      ...good,
      phoneNumbers: ['+8613800138000', '13800138000', '6591234567'],
      templateParam: { code: '1234', minutes: 5 },
      outId: 'o-1',
      smsUpExtendCode: '90999',
      route: 'otp',
    });
    expect(parseMessage(body)).toEqual({
      message: {
        phoneNumbers: ['+8613800138000', '6591234567'],
        e164: ['+8613800138000', '+6591234567'],
        signName: '驿站',
        templateCode: 'SMS_1',
        templateParam: { code: '1234', minutes: '5' },
        outId: 'o-1',
        smsUpExtendCode: '90999',
      },
      route: 'otp',
    });
  });

  it('reads until when it may be delivered', () => {
    const read = parseMessage(JSON.stringify({ ...good, deliverBy: '2026-01-01T08:01:00+08:00' }));
    expect(read).toMatchObject({ deliverBy: wallTime + 60_000 });
    const past = parseMessage(JSON.stringify({ ...good, deliverBy: '2026-01-01T08:00:00+08:00' }));
    const late = 'must be more than 2000 ms ahead, and lies in the past';
    expect(past).toMatchObject({ deliverBy: wallTime, late });
  });

  it('takes templateParam as a JSON string too', () => {
    expect(parseMessage(JSON.stringify({ ...good, templateParam: '{"code":"0042","n":7}' }))).toMatchObject({
      message: { templateParam: { code: '0042', n: '7' } },
    });
  });

  it.each([
    ['an empty body', '', 'REQUEST_NOT_JSON', /empty/],
    ['no JSON', '{"phoneNumbers":', 'REQUEST_NOT_JSON', /not JSON/],
    ['too deep a body', '['.repeat(5000), 'REQUEST_TOO_DEEP', /16 levels/],
    ['null', 'null', 'REQUEST_INVALID', /^the body must be a JSON object, got null\.$/],
    ['an array', '[]', 'REQUEST_INVALID', /^the body must be a JSON object, got an array\.$/],
    ['a text', '"4071"', 'REQUEST_INVALID', /^the body must be a JSON object, got a string\.$/],
    ['a number', '4071', 'REQUEST_INVALID', /^the body must be a JSON object, got a number\.$/],
    [
      'deliverBy',
      { ...good, signName: '', deliverBy: '2026-01-01T00:00:00Z' },
      'REQUEST_INVALID',
      /^signName must not be empty/,
    ],
    ['no sign', { ...good, signName: undefined }, 'REQUEST_INVALID', /^signName is missing/],
    [
      'an empty template',
      { ...good, templateCode: '' },
      'REQUEST_INVALID',
      /^templateCode must not be empty/,
    ],
    ['a template of the wrong type', { ...good, templateCode: 7 }, 'REQUEST_INVALID', /got a number/],
    ['an unknown field', { ...good, phone: '1' }, 'REQUEST_INVALID', /^phone is not a known field/],
    ['no numbers', { ...good, phoneNumbers: [] }, 'REQUEST_INVALID', /^phoneNumbers must hold at least one/],
    ['an empty number', { ...good, phoneNumbers: '' }, 'REQUEST_INVALID', /^phoneNumbers\[0\] .*got nothing/],
    [
      'letters',
      { ...good, phoneNumbers: ['13800138000', 'abcdefgh'] },
      'REQUEST_INVALID',
      /^phoneNumbers\[1\]/,
    ],
    ['a number as a number', { ...good, phoneNumbers: 13800138000 }, 'REQUEST_INVALID', /got a number/],
    [
      'mixed types',
      { ...good, phoneNumbers: ['13800138000', 5] },
      'REQUEST_INVALID',
      /phoneNumbers\[1\] must be/,
    ],
    [
      '1,001 numbers',
      { ...good, phoneNumbers: Array.from({ length: 1001 }, (_, i) => `138${String(10_000_000 + i)}`) },
      'REQUEST_INVALID',
      /at most 1000 numbers, got 1001/,
    ],
    [
      'parameters that are no JSON',
      { ...good, templateParam: 'code=1' },
      'REQUEST_INVALID',
      /^templateParam must/,
    ],
    [
      'parameters that are an array',
      { ...good, templateParam: '["1"]' },
      'REQUEST_INVALID',
      /^templateParam/,
    ],
    [
      'a nested parameter',
      { ...good, templateParam: { a: { b: 1 } } },
      'REQUEST_INVALID',
      /^templateParam\.a /,
    ],
    ['a broken number', { ...good, templateParam: '{"n":12345678901234567890}' }, 'REQUEST_INVALID', /2\^53/],
    ['half a character', { ...good, signName: '\ud800' }, 'REQUEST_INVALID', /well-formed/],
    [
      'an extend code with letters',
      { ...good, smsUpExtendCode: '12a' },
      'REQUEST_INVALID',
      /digits, got 3 characters/,
    ],
  ])('refuses %s', (_name, body, code, detail) => {
    const parsed = parseMessage(typeof body === 'string' ? body : JSON.stringify(body));
    expect(parsed).toMatchObject({ code, detail: expect.stringMatching(detail) as string });
  });

  it('names every wrong field at once', () => {
    const parsed = parseMessage(JSON.stringify({ phoneNumbers: 'x', sign: 1, templateParam: '[' }));
    expect(isProblem(parsed) ? parsed.errors?.map(({ path }) => path) : []).toEqual([
      'signName',
      'templateCode',
      'sign',
    ]);
  });

  it('never throws, and never repeats numbers or parameters, whatever it is given', () => {
    const secret = 'PLANTED-7315';
    const value = fc.anything({ maxDepth: 3, withNullPrototype: false });
    const nearlyGood = fc.record(
      {
        phoneNumbers: fc.oneof(value, fc.constant([secret]), fc.constant('13800138000')),
        signName: fc.oneof(value, fc.constant('sign')),
        templateCode: fc.oneof(value, fc.constant('SMS_1')),
        templateParam: fc.oneof(
          value,
          fc.constant({ code: { deep: secret } }),
          fc.constant(`{"code":"${secret}`),
        ),
        outId: value,
        ['__proto__']: value,
      },
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      nearlyGood.map((object) => JSON.stringify(object)),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const parsed = parseMessage(body);
        if (!isProblem(parsed)) {
          expect(parsed.message.e164.length).toBeGreaterThan(0);
          for (const param of Object.values(parsed.message.templateParam ?? {}))
            expect(param).toBeTypeOf('string');
          return;
        }
        expect(problemBody(parsed)).toMatchObject({ code: parsed.code, retryable: false });
        expect(parsed.detail.length).toBeLessThan(2000);
        expect(JSON.stringify(problemBody(parsed))).not.toContain(secret);
      }),
      { numRuns: 2000 },
    );
  });
});

it.each([
  [16, 'REQUEST_INVALID'],
  [17, 'REQUEST_TOO_DEEP'],
])('a body of %i levels is %s', (levels, code) => {
  const lists = levels - 1;
  const read = parseMessage(`{"a":${'['.repeat(lists)}${']'.repeat(lists)}}`);
  expect(read).toMatchObject({ code });
});

it('takes a text with any number of brackets in it', () => {
  const read = parseMessage(JSON.stringify({ ...good, signName: '[{'.repeat(40) }));
  expect(isProblem(read)).toBe(false);
});

describe('jsonDepth', () => {
  it('agrees with the depth of what is parsed', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonDepth(JSON.stringify(value))).toBe(depthOf(value));
      }),
    );
  });
});

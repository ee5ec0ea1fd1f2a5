import { canonicalJson } from '@waystation/core';
import type { Message } from '@waystation/core';
import { expect, it } from 'vitest';
import { messageTo } from '../testing/send-fixture.ts';
import { payloadText } from './payload-text.ts';

const named = JSON.parse('{"code":"1","__proto__":"2"}') as Record<string, string>;

it.each<[string, Partial<Message>]>([
  ['no parameters', {}],
  ['one parameter', { templateParam: { code: '4071' } }],
  ['parameters in the order of their names', { templateParam: { a: '1', b: '2' } }],
  ['parameters in another order', { templateParam: { b: '2', a: '1' } }],
  ['parameters that are numbers', { templateParam: { '10': 'ten', '9': 'nine', a: 'a' } }],
  ['a parameter with the name of the prototype', { templateParam: named }],
  ['an OutId and an extension code', { outId: 'o', smsUpExtendCode: '12' }],
])('has the text of canonical JSON: %s', (_, more) => {
  const message = messageTo('13800138000', more);
  const { e164, signName, templateCode, templateParam, outId, smsUpExtendCode } = message;
  const asked = { e164, signName, templateCode, templateParam, outId, smsUpExtendCode, route: 'otp' };
  expect(payloadText(message, 'otp')).toBe(canonicalJson(asked));
});

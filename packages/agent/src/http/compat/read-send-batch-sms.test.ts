import { expect, it } from 'vitest';
import { isRefusal } from './compat-refusal.ts';
import { readSendBatchSms } from './read-send-batch-sms.ts';

const good = {
  PhoneNumberJson: '["13800138000","13900139000"]',
  SignNameJson: '["a","b"]',
  TemplateCode: 'T',
  TemplateParamJson: '[{"code":"1"},"{\\"code\\":\\"2\\"}"]',
};
const read = (change: object) => readSendBatchSms(new Map(Object.entries({ ...good, ...change })));

it('reads parameters as objects and as text', () => {
  const message = read({});
  expect(
    isRefusal(message) ? undefined : message.batch?.texts.map(({ templateParam }) => templateParam),
  ).toEqual([{ code: '1' }, { code: '2' }]);
});

it.each([
  ['no numbers', { PhoneNumberJson: '' }, 'MissingPhoneNumberJson'],
  ['no signs', { SignNameJson: '' }, 'MissingSignNameJson'],
  ['no template', { TemplateCode: '' }, 'MissingTemplateCode'],
  ['numbers that are no JSON', { PhoneNumberJson: '13800138000' }, 'isv.INVALID_JSON_PARAM'],
  ['numbers that are no list', { PhoneNumberJson: '{}' }, 'isv.INVALID_JSON_PARAM'],
  ['numbers as numbers', { PhoneNumberJson: '[13800138000,13900139000]' }, 'isv.INVALID_JSON_PARAM'],
  ['an empty list', { PhoneNumberJson: '[]', SignNameJson: '[]' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
  ['a wrong number', { PhoneNumberJson: '["13800138000","1"]' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
  [
    'too many',
    { PhoneNumberJson: JSON.stringify(Array(101).fill('13800138000')) },
    'isv.MOBILE_COUNT_OVER_LIMIT',
  ],
  ['a sign too few', { SignNameJson: '["a"]' }, 'isv.INVALID_PARAMETERS'],
  ['parameters too few', { TemplateParamJson: '[{"code":"1"}]' }, 'isv.INVALID_PARAMETERS'],
  ['parameters that are none', { TemplateParamJson: '[{"code":"1"},"code"]' }, 'isv.INVALID_JSON_PARAM'],
])('with %s is refused', (_name, change, code) => {
  expect(read(change)).toMatchObject({ code });
});

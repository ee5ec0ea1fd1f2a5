import { expect, it } from 'vitest';
import { messageTo } from '../testing/send-fixture.ts';
import { valuesOf } from './sought-attempt.ts';

const text = (code: string) => ({ signName: '驿站', templateParam: { code } });

it('a text to all its numbers is told by its parameters', () => {
  const message = messageTo('13800138000', { templateParam: { code: '1234', minutes: '5' } });
  expect(valuesOf(message)).toEqual({ values: ['1234', '5'] });
});

it('a text of a batch is told by those of its own number, unless that number has several', () => {
  const message = {
    ...messageTo('13800138000'),
    e164: ['+8613800138000', '+8613900139000', '+8613800138000'],
    batch: { texts: [text('1111'), text('2222'), text('3333')] },
  };
  expect(valuesOf(message)).toEqual({
    values: [],
    valuesByNumber: new Map([
      ['+8613800138000', []],
      ['+8613900139000', ['2222']],
    ]),
  });
});

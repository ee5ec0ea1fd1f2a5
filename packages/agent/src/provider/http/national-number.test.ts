import { expect, it } from 'vitest';
import { nationalNumber } from './national-number.ts';

it.each([
  ['+8613800138000', '13800138000'],
  ['+14155550123', '4155550123'],
  ['+79161234567', '9161234567'],
  ['+85261234567', '61234567'],
  ['+6591234567', '91234567'],
  ['+447911123456', '7911123456'],
  ['+8801712345678', '1712345678'],
])('takes the country code off %s', (e164, national) => {
  expect(nationalNumber(e164)).toBe(national);
});

import { expect, it } from 'vitest';
import { headerTimes, plainHeaders } from './raw-headers.ts';

const rawHeaders = ['Host', 'a', 'X-Acs-A', '1', 'x-acs-a', '2', '__proto__', '3', 'constructor', '4'];

it('counts a header however it is written', () => {
  const times = ['host', 'x-acs-a', 'x-acs-b', '1'].map((name) => headerTimes({ rawHeaders }, name));
  expect(times).toEqual([1, 2, 0, 0]);
});

it('joins the values of a repeated header, and takes any name for a header', () => {
  expect(Object.entries(plainHeaders({ rawHeaders }))).toEqual([
    ['host', 'a'],
    ['x-acs-a', '1,2'],
    ['__proto__', '3'],
    ['constructor', '4'],
  ]);
  expect(plainHeaders({ rawHeaders: [] })['constructor']).toBeUndefined();
});

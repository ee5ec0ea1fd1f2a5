import { parseEndpoint } from '@waystation/core';
import { describe, expect, it } from 'vitest';
import { IdleAges } from './idle-ages.ts';

function ageOf(ages: IdleAges, url: string) {
  const endpoint = parseEndpoint(url);
  if (endpoint === undefined) throw new Error(`${url} is no endpoint`);
  return ages.of(endpoint);
}

describe('IdleAges', () => {
  it.each([
    ['another path', 'https://sms.example.com/v2', true],
    ['the port by its number', 'https://sms.example.com:443/', true],
    ['another port', 'https://sms.example.com:8443/', false],
    ['no TLS', 'http://sms.example.com:443/', false],
    ['another name', 'https://example.com/', false],
  ])('with %s: %s', (_, url, same) => {
    const ages = new IdleAges();
    const age = ageOf(ages, 'https://sms.example.com/');
    expect(ageOf(ages, url) === age).toBe(same);
    expect(ageOf(ages, 'https://sms.example.com/')).toBe(age);
  });
});

import { afterEach, expect, it } from 'vitest';
import { ApiFixture, good } from '../testing/api-fixture.ts';
import type { ApiSetup } from '../testing/api-fixture.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

async function ask(setup: ApiSetup, path: string, body?: string): Promise<[number, unknown]> {
  fixture = await new ApiFixture(setup).start();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(
    fixture.url + path,
    body === undefined ? {} : { method: 'POST', body, headers },
  );
  return [response.status, await response.json()];
}

it.each<[string, ApiSetup, string, string | undefined, number, string]>([
  [
    'without the token',
    { rules: { token: 'x'.repeat(16) } },
    '/v1/messages',
    good,
    401,
    'REQUEST_UNAUTHENTICATED',
  ],
  ['for nothing that is there', {}, '/v2/messages', undefined, 404, 'REQUEST_NOT_FOUND'],
  ['for a message that nobody knows', {}, '/v1/messages/m-0', undefined, 404, 'MESSAGE_NOT_FOUND'],
  ['nested too deep', {}, '/v1/messages', '['.repeat(17) + ']'.repeat(17), 400, 'REQUEST_TOO_DEEP'],
  [
    'that meets a defect',
    {
      answer: () => {
        throw new Error('a defect');
      },
    },
    '/v1/messages',
    good,
    500,
    'REQUEST_UNEXPECTED_FAILURE',
  ],
])('a request %s', async (_, setup, path, body, status, code) => {
  expect(await ask(setup, path, body)).toMatchObject([status, { status, code, retryable: false }]);
});

import { afterEach, expect, it } from 'vitest';
import type { SendResult } from '../send/send-result.ts';
import { accepted, ApiFixture, facts, good } from '../testing/api-fixture.ts';

let fixture: ApiFixture | undefined;
afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

/** Posts a message whose time has passed, to a sender that answers so. */
async function postLate(answer: SendResult, headers: Readonly<Record<string, string>>) {
  fixture = await new ApiFixture({ answer: () => answer }).start();
  const deliverBy = new Date(Date.now() - 1000).toISOString();
  const body = JSON.stringify({ ...(JSON.parse(good) as object), deliverBy });
  const response = await fetch(`${fixture.url}/v1/messages`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { response, told: await response.json(), sent: fixture.sent };
}

const invalid = {
  code: 'REQUEST_INVALID',
  errors: [{ path: 'deliverBy', message: 'must be more than 2000 ms ahead, and lies in the past' }],
};

it('a repeat that comes after deliverBy is answered as its key says', async () => {
  const { response, told, sent } = await postLate(
    { ...accepted, replayed: true },
    { 'idempotency-key': 'k' },
  );
  expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect(told).toMatchObject({ code: 'OK', id: accepted.id });
  expect(sent[0]?.[1]).toMatchObject({ idempotencyKey: 'k', deliverBy: expect.any(Number) as number });
});

it('a new message that comes after its deliverBy is refused, with a key once that is known to be free', async () => {
  const expired = { ...facts, kind: 'expired', reason: 'nothing was sent' } as const;
  const keyed = await postLate(expired, { 'idempotency-key': 'k' });
  expect([keyed.response.status, keyed.told]).toMatchObject([422, invalid]);
  await fixture?.stop();
  const { response, told, sent } = await postLate(expired, {});
  expect([response.status, told]).toMatchObject([422, invalid]);
  expect(sent).toEqual([]);
});

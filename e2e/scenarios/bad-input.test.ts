import { connect } from 'node:net';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { failures, sampleMessage } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

/** Writes bytes to a port and gives what comes back until the peer closes or says nothing for a while. */
function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(20_000, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}

it('whatever is thrown at the API port gets its code, no text goes out, and the agent lives', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const answer = await request(`${agent.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, text };
  };
  const message = (change: object) => JSON.stringify({ ...sampleMessage, ...change });
  const tries: [string, string, Record<string, string>, number][] = [
    ['no JSON', '{"phoneNumbers"', {}, 400],
    ['a number too short', message({ phoneNumbers: '12' }), {}, 422],
    ['letters', message({ phoneNumbers: '1380013800O' }), {}, 422],
    [
      '1,001 numbers',
      message({ phoneNumbers: Array.from({ length: 1001 }, (_, at) => `138${String(10_000_000 + at)}`) }),
      {},
      422,
    ],
    ['an unknown field', message({ phoneNumber: '13800138000' }), {}, 422],
    ['no sign', message({ signName: undefined }), {}, 422],
    ['no template', message({ templateCode: '' }), {}, 422],
    ['a parameter that is no JSON', message({ templateParam: '{code' }), {}, 422],
    ['the wrong type', '"text"', {}, 422],
    ['too large', message({ outId: 'x'.repeat(300_000) }), {}, 413],
    ['the wrong content type', message({}), { 'content-type': 'text/plain' }, 415],
    ['a bad timeout', message({}), { 'request-timeout-ms': '0' }, 400],
    ['a web page', message({}), { origin: 'https://evil.example' }, 403],
    ['a web page without Origin', message({}), { 'sec-fetch-site': 'cross-site' }, 403],
    ['a key of 256 characters', message({}), { 'idempotency-key': 'k'.repeat(256) }, 400],
    ['a time of delivery years ahead', message({ deliverBy: '2100-01-01T00:00:00Z' }), {}, 422],
  ];
  const wrong: unknown[] = [];
  for (const [what, body, headers, wanted] of tries) {
    const { status, text } = await post(body, headers);
    if (status !== wanted) wrong.push({ what, status, wanted, text });
  }
  expect(wrong).toEqual([]);

  const host = new URL(agent.url).host;
  expect(
    await raw(
      agent.url,
      `POST /v1/messages HTTP/1.1\r\nHost: rebound.example\r\nContent-Length: 2\r\n\r\n{}`,
    ),
  ).toContain(' 403 ');
  expect(await raw(agent.url, 'this is no HTTP at all\r\n\r\n')).toContain(' 400 ');
  expect(
    await raw(agent.url, `GET /v1/messages/none HTTP/1.1\r\nHost: ${host}\r\n\r\n\0garbage after it\r\n\r\n`),
  ).toContain(' 400 ');
  expect(
    await raw(
      agent.url,
      `POST /v1/messages HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"half`,
    ),
  ).toMatch(/^(HTTP\/1\.1 408 |$)/);

  expect(await set.simulator.texts()).toEqual([]);
  expect(failures(await set.application(agent, 'after').sendMany(10, 2))).toEqual([]);
});

it('a port that is taken is said, with the address', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const second = await set.agent({ flags: ['--listen', new URL(agent.url).host] }, false);
  const { code } = await second.process.exited;
  expect(code).not.toBe(0);
  expect(second.process.lastLines()).toContain(new URL(agent.url).host);
});

it('ctrl-C ends an agent with its sends finished, its report taken back and exit code 0', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent({ id: 'leaver' });
  await eventually('it is listed', async () => {
    expect(await set.mustWayctl('agents')).toContain('leaver');
  });
  await set.simulator.setFault({ kind: 'slow', delayMs: 1500 });
  const application = set.application(agent, 'leaving');
  const underway = application.sendMany(4, 4);
  await eventually('the sends are under way', async () => {
    const { channels } = (await agent.status()) as unknown as { channels: { inFlight: number }[] };
    expect(channels.reduce((sum, { inFlight }) => sum + inFlight, 0)).toBe(4);
  });
  const exit = await agent.process.stop('SIGINT');
  expect(failures(await underway)).toEqual([]);
  expect(exit.code).toBe(0);
  expect(await set.mustWayctl('agents')).not.toContain('leaver');
  await set.simulator.clearFaults();
});

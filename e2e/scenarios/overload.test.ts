import { connect } from 'node:net';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { Application, sampleMessage } from '../harness/application.ts';
import type { SendAnswer } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

/** What came of sends by their codes; anything but a 200 and a refusal fails the test. */
function accepted(answers: readonly SendAnswer[]): readonly string[] {
  const others = answers.filter(
    ({ status, body }) => status !== 200 && !(status === 503 && body['code'] === 'SEND_OVERLOADED'),
  );
  expect(others).toEqual([]);
  return answers.filter(({ status }) => status === 200).map(({ outId }) => outId);
}

it('takes no more than it has room for while providers answer nothing, and everything again afterwards', async () => {
  const set = scene();
  await set.apply(set.strategy({ timeouts: { readMs: 40_000, totalMs: 60_000 } }));
  const agent = await set.agent({ flags: ['--max-under-way', '8'] });
  const application = set.application(agent, 'slow');
  await application.sendMany(1, 1);
  const answers: SendAnswer[] = [];
  const send = async (): Promise<SendAnswer> => {
    const answer = await application.send();
    answers.push(answer);
    return answer;
  };
  const { process } = set.simulator;
  // Its regions stand still with all that was sent to them, for as long as this test says and no longer.
  process.signal('SIGSTOP');
  const sends = Array.from({ length: 20 }, send);
  try {
    // Early: none waits until one of those before it has its answer.
    await eventually('all are refused for whom there is no room', () => {
      expect(answers).toHaveLength(12);
    });
    expect(accepted(answers)).toEqual([]);
    // The status tells of refusals while they are fresh, so that one is made right before it is asked.
    await eventually('the status tells of it', async () => {
      expect(await send()).toMatchObject({ status: 503 });
      expect((await agent.status()).warnings.join()).toMatch(/overloaded: \d+ requests were refused/);
    });
  } finally {
    process.signal('SIGCONT');
  }
  await Promise.all(sends);
  expect(accepted(answers)).toHaveLength(8);

  await eventually('everything is taken again', async () => {
    const more = await Promise.all(Array.from({ length: 8 }, send));
    expect(accepted(more)).toHaveLength(8);
  });
  const verdict = await set.simulator.check(accepted(answers));
  expect(verdict).toMatchObject({ lost: [], doubled: [] });
  const texts = new Set((await set.simulator.texts()).map(({ outId }) => outId));
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.filter(({ outId }) => texts.has(outId))).toEqual([]);
});

it('tells clients of the other API the same in their own words', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent({ flags: ['--max-under-way', '1'] });
  await set.simulator.setFault({ region: 'cn-hangzhou', kind: 'hang' });
  await set.simulator.setFault({ region: 'ap-southeast-1', kind: 'hang' });
  const application = set.application(agent, 'hangs');
  const hanging = application.send();
  const refusal = await eventually('the agent is full', async () => {
    const answer = await request(`${agent.url}/?Action=SendSms&Format=JSON&Version=2017-05-25`);
    const body = (await answer.body.json()) as Record<string, unknown>;
    expect(answer.statusCode).toBe(503);
    return { headers: answer.headers, body };
  });
  expect(refusal.body['Code']).toBe('waystation.Overloaded');
  expect(refusal.headers['retry-after']).toBe('1');
  await set.simulator.clearFaults();
  await hanging;
});

it('under more callers than it can serve, answers all, loses and doubles nothing, and comes back', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const crowd = new Application(agent.url, 'crowd', 300);
  try {
    const stop = crowd.keepSending(300);
    await set.application(agent, 'beside').sendMany(40, 8).then(accepted);
    const answers = await stop();
    const told = accepted(answers);
    expect(told.length).toBeGreaterThan(0);
    await eventually('nobody is refused any more', async () => {
      const after = await crowd.sendMany(20, 4);
      expect(accepted(after)).toHaveLength(20);
    });
    const verdict = await set.simulator.check(told);
    expect(verdict).toMatchObject({ lost: [], doubled: [] });
  } finally {
    await crowd.close();
  }
});

it('callers that read no answer, and callers that send no end, hold up no other', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const agent = await set.agent();
  const port = Number(new URL(agent.url).port);
  const body = JSON.stringify({ ...sampleMessage, outId: 'never-whole' });
  const head = `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`;
  const idle = Array.from({ length: 300 }, (_, at) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    if (at % 2 === 0) socket.write(`${head}content-length: ${String(body.length + 1)}\r\n\r\n${body}`);
    else socket.write(`GET /v1/messages/none HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`.repeat(50));
    return socket;
  });
  try {
    // To take up thousands of questions at once is work, for which others may be refused a moment: not for longer.
    await eventually('all others are taken', async () => {
      const answers = await set.application(agent, 'swift').sendMany(200, 8);
      expect(accepted(answers)).toHaveLength(200);
    });
    const texts = await set.simulator.texts();
    expect(texts.filter(({ outId }) => outId === 'never-whole')).toEqual([]);
  } finally {
    for (const socket of idle) socket.destroy();
  }
});

import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { sendKeyed } from '../harness/keyed-send.ts';
import type { KeyedAnswer } from '../harness/keyed-send.ts';
import { randomFrom } from '../harness/random.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Scene } from '../harness/scene.ts';

const scene = sceneOfFile({ simulator: { records: { appearAfterMs: 50 } } });

const kills = 8;
/** An agent lives for up to so many answers, since machines differ in how soon they have one, and a little more. */
const mostAnswers = 16;
const longestRestMs = 100;
const callers = 12;
/** Given again, the agents die after as many answers; what is under way then is never quite the same. */
const seed = Number(process.env['WAYSTATION_KILL_SEED'] ?? Date.now() % 1_000_000);

/** What one message is like, besides its key. */
const kinds = {
  plain: {},
  /** No account has the template. */
  refused: { templateCode: 'SMS_000000001' },
  /** Most requests for it are turned away, and its application gives up when it is told that nothing was sent. */
  hasty: { templateCode: 'SMS_154950910', templateParam: { order: '1234567' } },
} as const;

interface Wish {
  readonly key: string;
  readonly kind: keyof typeof kinds;
  end?: 'accepted' | 'not-sent' | undefined;
}

/** What a message's application makes of an answer; undefined: it repeats it. */
function endOf({ kind }: Wish, answer: KeyedAnswer | undefined): Wish['end'] {
  if (answer === undefined) return undefined;
  const { status, body } = answer;
  if (status === 200) return 'accepted';
  if (body['code'] === 'SEND_REJECTED') return 'not-sent';
  const notSent = status === 429 || status === 503;
  return kind === 'hasty' && notSent ? 'not-sent' : undefined;
}

/** Answers are lost, requests too, and one template is mostly turned away. */
async function breakRegions({ simulator }: Scene): Promise<void> {
  const match = { action: 'SendSms' };
  const reset = { region: '*', kind: 'reset', how: 'rst', match, seed };
  await simulator.setFault({ ...reset, accepted: true, share: 0.06 });
  await simulator.setFault({ ...reset, share: 0.03 });
  const { templateCode } = kinds.hasty;
  await simulator.setFault({ region: '*', kind: 'status', status: 503, share: 0.7, match: { templateCode } });
}

it('killed at random under load: with its key repeated to the end, each message is one text or none, as told', async () => {
  const set = scene();
  console.log(`WAYSTATION_KILL_SEED=${String(seed)}`);
  const random = randomFrom(seed);
  await set.apply(
    set.strategy({
      routes: [
        {
          name: 'default',
          policy: { kind: 'weighted-random', weights: { 'cn-hangzhou': 1, 'ap-southeast-1': 1 } },
        },
      ],
      retry: { maxAttempts: 1 },
      reconcile: { firstMs: 100, intervalMs: 200, settleMs: 1000, budgetMs: 20_000 },
    }),
  );
  await breakRegions(set);
  const dataDir = set.path('data');
  const wishes: Wish[] = [];
  const open: Wish[] = [];
  const begin = (): Wish => {
    const at = wishes.length;
    const kind = at % 8 === 3 ? 'refused' : at % 8 === 5 ? 'hasty' : 'plain';
    const wish: Wish = { key: `random-${String(at)}`, kind };
    wishes.push(wish);
    return wish;
  };

  let cutOff = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const agent = await set.agent({ dataDir });
    const [enough, restMs] = [Math.floor(random() * mostAnswers), random() * longestRestMs];
    let answered = 0;
    let dead = false;
    const call = async (_: unknown, at: number): Promise<void> => {
      while (!dead) {
        // Half of them see to those that came to no end before, the others to new ones.
        const wish = (at % 2 === 0 ? open.shift() : undefined) ?? begin();
        const answer = await sendKeyed(agent, wish.key, kinds[wish.kind]);
        if (answer === undefined) cutOff += 1;
        else answered += 1;
        const end = endOf(wish, answer);
        if (end === undefined) open.push(wish);
        else wish.end = end;
      }
    };
    const calls = Promise.all(Array.from({ length: callers }, call));
    await eventually(
      `${String(enough)} answers`,
      () => {
        agent.process.mustRun();
        expect(answered).toBeGreaterThanOrEqual(enough);
      },
      { everyMs: 5 },
    );
    // Any moment will do, so no condition is awaited.
    await delay(restMs);
    dead = true;
    await agent.kill();
    await calls;
  }

  const last = await set.agent({ dataDir });
  // One that comes to no end is told with its texts, below.
  await Promise.allSettled(
    open.map((wish) =>
      eventually(
        `${wish.key} comes to its end`,
        async () => {
          const answer = await sendKeyed(last, wish.key, kinds[wish.kind]);
          wish.end = endOf(wish, answer);
          expect(wish.end).toBeDefined();
        },
        { deadlineMs: 30_000 },
      ),
    ),
  );
  const texts = new Map<string, number>();
  for (const { outId = '' } of await set.simulator.texts()) texts.set(outId, (texts.get(outId) ?? 0) + 1);
  const judged = wishes.map(({ key, kind, end }) => ({ key, kind, end, texts: texts.get(key) ?? 0 }));
  const wrong = judged.filter(
    ({ end, texts: count }) => end === undefined || count !== (end === 'accepted' ? 1 : 0),
  );
  expect(wrong, `seed ${String(seed)}`).toEqual([]);
  // It was worth it: kills cost answers, and messages came to either end.
  expect(cutOff).toBeGreaterThan(0);
  const ends = new Set(judged.map(({ kind, end }) => `${kind} ${String(end)}`));
  expect([...ends]).toEqual(expect.arrayContaining(['plain accepted', 'refused not-sent']));
  await last.stop();
}, 120_000);

import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentProcess } from '../harness/agent.ts';
import { sampleMessage } from '../harness/application.ts';
import type { Document, Scene, SceneAgentOptions, SceneOptions } from '../harness/scene.ts';
import { OfficialClient } from '../harness/official-client.ts';
import { roundsOf, strike, strikesRequests } from './rounds.ts';
import { SteadyApplication } from './steady-application.ts';
import type { Wishes } from './steady-application.ts';
import { waysToFail, wordsOf } from './ways-to-fail.ts';

/** How long a game day is. */
export interface GameDayOptions {
  /** How long each fault stays. */
  readonly holdMs: number;
  /** Whether every region fails in every way; else each way is for one region, in turn. */
  readonly everywhere: boolean;
  readonly concurrency: number;
}

/** What became of an application's messages, by the ledger too. */
interface Judged extends Wishes {
  /** Told OK, and no text arrived. */
  readonly lost: number;
  /** More than one text arrived, whatever was told. */
  readonly doubled: number;
}

/** How a game day went. */
export interface GameDay {
  readonly faults: number;
  readonly kills: number;
  /** The application that gives each message an `Idempotency-Key`. */
  readonly keyed: Judged;
  /** The one that knows no keys, and changed nothing but its endpoint. */
  readonly unchanged: Judged;
}

/** What a game day is played on: three regions, one of them by HTTPS. */
export const gameDayScene: SceneOptions = {
  regions: ['cn-hangzhou', 'ap-southeast-1', 'cn-beijing'],
  tls: ['cn-beijing'],
  simulator: { records: { appearAfterMs: 200 } },
};
/** Region → its share. */
type Weights = Readonly<Record<string, number>>;
const even: Weights = Object.fromEntries((gameDayScene.regions ?? []).map((name) => [name, 1]));
/** How long those who were not told OK yet may go on after the last fault. */
const patienceMs = 40_000;
/** What the application without keys sends; its template leads to a route with `dedupeMs`. */
const notice = {
  signName: sampleMessage.signName,
  templateCode: 'SMS_154950910',
  templateParam: { order: '1234567' },
} as const;
/** How often a message without a key comes again at most, by its application; its client repeats as well. */
const repeats = 20;

/** Breaks region after region under load, kills the agent twice, and asks the ledger what became of it. */
export async function playGameDay(
  scene: Scene,
  { holdMs, everywhere, concurrency }: GameDayOptions,
  say: (words: string) => void,
): Promise<GameDay> {
  await scene.apply(gameDayStrategy(scene));
  const dataDir = scene.path('data');
  let agent = await gameDayAgent(scene, { dataDir });
  const keyed = new SteadyApplication(keyedClient(agent), { prefix: 'keyed' });
  const unchanged = new SteadyApplication(unchangedClient(agent), {
    ...{ prefix: 'unchanged', keyed: false, repeats },
  });
  for (const application of [keyed, unchanged]) application.start(concurrency);
  say('the agent serves; two applications send through Aliyun’s own client, one with keys, one unchanged');

  const rounds = roundsOf(waysToFail(await scene.simulator.faultKinds()), gameDayScene, everywhere);
  const killAfter = new Set([Math.floor(rounds.length / 3), Math.floor((rounds.length * 2) / 3)]);
  let kills = 0;
  for (const [at, { region, fault }] of rounds.entries()) {
    const id = await strike(scene, { region, fault }, 'SendSms');
    await delay(holdMs / 2);
    if (killAfter.has(at)) {
      await agent.kill();
      kills += 1;
      say('the agent is killed, and started again');
      agent = await gameDayAgent(scene, { dataDir });
      keyed.moveTo(keyedClient(agent));
      unchanged.moveTo(unchangedClient(agent));
    }
    await delay(holdMs / 2);
    const struck = strikesRequests(fault)
      ? `, ${String(await scene.simulator.strikes(id))} requests struck`
      : '';
    await scene.simulator.clearFaults();
    const counts = [keyed.count, unchanged.count];
    const [begun, accepted] = [
      sum(counts.map((each) => each.begun)),
      sum(counts.map((each) => each.accepted)),
    ];
    say(`${region}: ${wordsOf(fault)}${struck}; ${String(begun)} messages, ${String(accepted)} told OK`);
  }
  say('every region is well again; whoever was not told OK comes again');
  const ends = await Promise.all([keyed.end(patienceMs), unchanged.end(patienceMs)]);
  return {
    faults: rounds.length,
    kills,
    keyed: await judge(scene, ends[0]),
    unchanged: await judge(scene, ends[1]),
  };
}

async function judge(scene: Scene, wishes: Wishes): Promise<Judged> {
  const { lost, doubled } = await scene.simulator.check(wishes.accepted);
  const own = new Set([...wishes.accepted, ...wishes.open.map(({ outId }) => outId)]);
  return { ...wishes, lost: lost.length, doubled: doubled.filter(({ key }) => own.has(key)).length };
}

/** Each message has a key, and comes again by the application alone. */
function keyedClient({ url }: AgentProcess): OfficialClient {
  return new OfficialClient(url, { attempts: 1 });
}

/** With its own retries and its own patience, as an application has it that knows nothing of an agent. */
function unchangedClient({ url }: AgentProcess): OfficialClient {
  return new OfficialClient(url, { wording: notice, timeouts: {} });
}

/** A game day in one sentence. */
export function totalsOf({ faults, kills, keyed, unchanged }: GameDay): string {
  const day = `${String(faults)} faults, ${String(kills)} kills`;
  return `${day}; with keys: ${wordsOfJudged(keyed)}; unchanged: ${wordsOfJudged(unchanged)}`;
}

function wordsOfJudged({ accepted, open, repeats: again, lost, doubled }: Judged): string {
  const words = [
    `${String(accepted.length)} messages told OK after ${String(again)} repeats`,
    `${String(open.length)} left open`,
    `lost ${String(lost)}`,
    `doubled ${String(doubled)}`,
  ];
  return words.join(', ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** An agent that trusts the simulator's certificates. */
export async function gameDayAgent(scene: Scene, options: SceneAgentOptions): Promise<AgentProcess> {
  const authorities = scene.path('authorities.pem');
  await writeFile(authorities, await scene.simulator.certificates());
  return scene.agent({
    ...options,
    flags: ['--allow-endpoint', 'https://127.0.0.1:*', ...(options.flags ?? [])],
    env: { NODE_EXTRA_CA_CERTS: authorities, ...options.env },
  });
}

/** A channel for each region with a weight, all alike by default, and soon back after a fault: a day is short. */
export function gameDayStrategy(scene: Scene, weights: Weights = even): Document {
  const names = Object.keys(weights);
  const policy = { kind: 'weighted-random', weights };
  return scene.strategy({
    channels: Object.fromEntries(names.map((name) => [name, scene.channel(name)])),
    routes: [
      { name: 'notices', match: { templateCodes: [notice.templateCode] }, policy, dedupeMs: 600_000 },
      { name: 'default', policy },
    ],
    timeouts: { connectMs: 500, readMs: 1000, totalMs: 5000, compatTotalMs: 2500 },
    reconcile: { firstMs: 200, intervalMs: 500, settleMs: 2000, budgetMs: 20_000 },
    health: { probe: { intervalMs: 500, timeoutMs: 500 }, ejection: { baseMs: 200, maxMs: 500 } },
    failback: { stableMs: 100, slowStartMs: 0 },
  });
}

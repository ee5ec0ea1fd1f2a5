import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentProcess } from '../harness/agent.ts';
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

/** How a game day went. */
export interface GameDay extends Wishes {
  readonly faults: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
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

/** Breaks region after region under load, kills the agent twice, and asks the ledger what became of it. */
export async function playGameDay(
  scene: Scene,
  { holdMs, everywhere, concurrency }: GameDayOptions,
  say: (words: string) => void,
): Promise<GameDay> {
  await scene.apply(gameDayStrategy(scene));
  const dataDir = scene.path('data');
  let agent = await gameDayAgent(scene, { dataDir });
  const application = new SteadyApplication(new OfficialClient(agent.url, 1), { prefix: 'day' });
  application.start(concurrency);
  say('the agent serves, and an application sends with keys through Aliyun’s own client');

  const rounds = roundsOf(waysToFail(await scene.simulator.faultKinds()), gameDayScene, everywhere);
  const killAfter = new Set([Math.floor(rounds.length / 3), Math.floor((rounds.length * 2) / 3)]);
  let kills = 0;
  for (const [at, { region, fault }] of rounds.entries()) {
    const id = await strike(scene, { region, fault }, 'SendSms');
    await delay(holdMs / 2);
    if (killAfter.has(at)) {
      agent.process.signal('SIGKILL');
      await agent.process.exited;
      kills += 1;
      say('the agent is killed, and started again');
      agent = await gameDayAgent(scene, { dataDir });
      application.moveTo(new OfficialClient(agent.url, 1));
    }
    await delay(holdMs / 2);
    const struck = strikesRequests(fault)
      ? `, ${String(await scene.simulator.strikes(id))} requests struck`
      : '';
    await scene.simulator.clearFaults();
    const { begun, accepted } = application.count;
    say(`${region}: ${wordsOf(fault)}${struck}; ${String(begun)} messages, ${String(accepted)} told OK`);
  }
  say('every region is well again; whoever was not told OK comes again with its key');
  const wishes = await application.end(patienceMs);
  const verdict = await scene.simulator.check(wishes.accepted);
  const { length: lost } = verdict.lost;
  return { ...wishes, faults: rounds.length, kills, lost, doubled: verdict.doubled.length };
}

/** A game day in one sentence. */
export function totalsOf({ accepted, open, repeats, faults, kills, lost, doubled }: GameDay): string {
  const words = [
    `${String(accepted.length)} messages told OK after ${String(repeats)} repeats`,
    `${String(open.length)} left open`,
    `${String(faults)} faults`,
    `${String(kills)} kills`,
    `lost ${String(lost)}`,
    `doubled ${String(doubled)}`,
  ];
  return words.join(', ');
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
  return scene.strategy({
    channels: Object.fromEntries(names.map((name) => [name, scene.channel(name)])),
    routes: [
      {
        name: 'default',
        policy: { kind: 'weighted-random', weights },
      },
    ],
    timeouts: { connectMs: 500, readMs: 1000, totalMs: 5000, compatTotalMs: 2500 },
    reconcile: { firstMs: 200, intervalMs: 500, settleMs: 2000, budgetMs: 20_000 },
    health: { probe: { intervalMs: 500, timeoutMs: 500 }, ejection: { baseMs: 200, maxMs: 500 } },
    failback: { stableMs: 100, slowStartMs: 0 },
  });
}

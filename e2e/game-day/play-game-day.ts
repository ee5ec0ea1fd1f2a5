import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentProcess } from '../harness/agent.ts';
import type { Document, Scene, SceneOptions } from '../harness/scene.ts';
import { KeyedApplication } from './keyed-application.ts';
import type { Wishes } from './keyed-application.ts';
import { waysToFail, wordsOf } from './ways-to-fail.ts';
import type { Fault } from './ways-to-fail.ts';

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
const regions = gameDayScene.regions ?? [];
/** How long those who were not told OK yet may go on after the last fault. */
const patienceMs = 40_000;

/** Breaks region after region under load, kills the agent twice, and asks the ledger what became of it. */
export async function playGameDay(
  scene: Scene,
  { holdMs, everywhere, concurrency }: GameDayOptions,
  say: (words: string) => void,
): Promise<GameDay> {
  await scene.apply(strategyOf(scene));
  const dataDir = scene.path('data');
  const authorities = scene.path('authorities.pem');
  await writeFile(authorities, await scene.simulator.certificates());
  const startAgent = (): Promise<AgentProcess> =>
    scene.agent({
      dataDir,
      flags: ['--allow-endpoint', 'https://127.0.0.1:*'],
      env: { NODE_EXTRA_CA_CERTS: authorities },
    });
  let agent = await startAgent();
  const application = new KeyedApplication(agent.url);
  application.start(concurrency);
  say('the agent serves, and an application sends with keys through Aliyun’s own client');

  const rounds = roundsOf(waysToFail(await scene.simulator.faultKinds()), everywhere);
  const killAfter = new Set([Math.floor(rounds.length / 3), Math.floor((rounds.length * 2) / 3)]);
  let kills = 0;
  for (const [at, { region, fault }] of rounds.entries()) {
    const match = { match: { action: 'SendSms' } };
    const id = await scene.simulator.setFault({ ...fault, region, ...(ofRequests(fault) && match) });
    await delay(holdMs / 2);
    if (killAfter.has(at)) {
      agent.process.signal('SIGKILL');
      await agent.process.exited;
      kills += 1;
      say('the agent is killed, and started again');
      agent = await startAgent();
      application.moveTo(agent.url);
    }
    await delay(holdMs / 2);
    const struck = ofRequests(fault) ? `, ${String(await scene.simulator.strikes(id))} requests struck` : '';
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

interface Round {
  readonly region: string;
  readonly fault: Fault;
}

/** TLS fails only where there is some. */
function roundsOf(faults: readonly Fault[], everywhere: boolean): readonly Round[] {
  return faults.flatMap((fault, at) => {
    const able = fault.kind === 'tls-failure' ? (gameDayScene.tls ?? []) : regions;
    const chosen = everywhere ? able : [able[at % able.length] ?? ''];
    return chosen.map((region) => ({ region, fault }));
  });
}

function ofRequests({ kind }: Fault): boolean {
  return kind !== 'refuse' && kind !== 'blackhole' && kind !== 'tls-failure';
}

/** Every region alike, and soon back after its fault: a day is short. */
function strategyOf(scene: Scene): Document {
  return scene.strategy({
    channels: Object.fromEntries(regions.map((region) => [region, scene.channel(region)])),
    routes: [
      {
        name: 'default',
        policy: { kind: 'weighted-random', weights: Object.fromEntries(regions.map((name) => [name, 1])) },
      },
    ],
    timeouts: { connectMs: 500, readMs: 1000, totalMs: 5000, compatTotalMs: 2500 },
    reconcile: { firstMs: 200, intervalMs: 500, settleMs: 2000, budgetMs: 20_000 },
    health: { probe: { intervalMs: 500, timeoutMs: 500 }, ejection: { baseMs: 200, maxMs: 500 } },
    failback: { stableMs: 100, slowStartMs: 0 },
  });
}

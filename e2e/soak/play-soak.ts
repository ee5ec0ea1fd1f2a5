import { setTimeout as delay } from 'node:timers/promises';
import { gameDayAgent, gameDayScene, gameDayStrategy } from '../game-day/play-game-day.ts';
import { roundsOf, strike } from '../game-day/rounds.ts';
import { waysToFail, wordsOf } from '../game-day/ways-to-fail.ts';
import type { AgentProcess } from '../harness/agent.ts';
import { footprintOf } from '../harness/footprint.ts';
import { handleCount, tellHandlesIn } from '../harness/handle-count.ts';
import type { Scene, SceneOptions } from '../harness/scene.ts';
import { judgeGrowth } from './judge-growth.ts';
import type { Growth, Sample } from './judge-growth.ts';
import { MixedLoad } from './mixed-load.ts';
import type { LoadEnd } from './mixed-load.ts';
import { RotatingKey } from './rotating-key.ts';

/** How a soak went. */
export interface Soak extends LoadEnd {
  readonly turns: number;
  readonly etcdKills: number;
  readonly rotations: number;
  /** False when the ledger dropped texts: it then proves nothing. */
  readonly complete: boolean;
  readonly texts: number;
  readonly lost: number;
  readonly doubled: number;
  /** Messages of which the application was told that nothing was sent, and that reached a phone. */
  readonly sentAfterAll: number;
  readonly growth: readonly Growth[];
  /** Resident memory at the end with the pages of the journal's file, in MB, which the system takes back at need. */
  readonly residentMb: number;
}

/** What a soak is played on: the game day's regions, and a ledger that drops nothing. */
export const soakScene: SceneOptions = {
  ...gameDayScene,
  simulator: { ...gameDayScene.simulator, ledger: { maxTexts: 1_000_000 } },
};

/** A turn breaks something, mends it, and measures when all is well again. */
const turnMs = 10_000;
const brokenMs = 4_000;
/** How long those who were not told OK yet may go on after the last turn. */
const patienceMs = 40_000;

/** Sends for so long while strategy, regions, etcd and credentials change, and measures the agent all the while. */
export async function playSoak(scene: Scene, minutes: number, say: (words: string) => void): Promise<Soak> {
  const key = new RotatingKey(scene);
  await key.rotate();
  await scene.apply(gameDayStrategy(scene));
  const handlesFile = scene.path('handles.json');
  const agent = await gameDayAgent(scene, {
    flags: ['--credentials-file', key.file],
    env: tellHandlesIn(handlesFile),
  });
  const load = new MixedLoad(agent.url);
  load.start();
  say('the agent serves; applications send by both APIs, with keys and without, single messages and batches');

  const rounds = roundsOf(waysToFail(await scene.simulator.faultKinds()), gameDayScene, true);
  const samples: Sample[] = [];
  let etcdKills = 0;
  const turns = Math.round((minutes * 60_000) / turnMs);
  const started = performance.now();
  for (let turn = 0; turn < turns; turn += 1) {
    agent.process.mustRun();
    await scene.apply(gameDayStrategy(scene, weightsOf(turn)));
    if (turn % 4 === 1) await key.rotate();
    // By steps that share no factor with the count of ways, so that short runs see different ones as well.
    const round = rounds[(turn * 7) % rounds.length];
    if (round !== undefined) await strike(scene, round, turn % 4 === 3 ? 'SendBatchSms' : 'SendSms');
    const etcdDies = turn % 6 === 2;
    if (etcdDies) await scene.etcd.kill();
    await delay(brokenMs);
    if (etcdDies) {
      await scene.etcd.restart();
      etcdKills += 1;
    }
    await scene.simulator.clearFaults();
    await delay(Math.max(1000, started + (turn + 1) * turnMs - performance.now()));
    samples.push(await sampleOf(agent, handlesFile));
    if (turn % 3 === 2) {
      const { begun, accepted } = load.count;
      const last = round === undefined ? '' : `last ${round.region}: ${wordsOf(round.fault)}; `;
      say(`${last}${String(begun)} messages, ${String(accepted)} told OK; ${wordsOfSample(samples.at(-1))}`);
    }
  }
  const growth = judgeGrowth(samples, minutes);
  say('all is well again; whoever has a key and was not told OK comes again with it');
  const end = await load.end(patienceMs);
  const { residentMb } = await footprintOf(agent.process.pid);
  const verdict = await scene.simulator.check(end.accepted);
  const unsent = await scene.simulator.check(end.notSent);
  return {
    ...end,
    ...{ turns, etcdKills, rotations: key.rotations, growth, residentMb },
    complete: verdict.complete,
    texts: verdict.texts,
    lost: verdict.lost.length,
    doubled: verdict.doubled.length,
    sentAfterAll: end.notSent.length - unsent.lost.length,
  };
}

/** Shares that differ each turn; one channel comes and goes, another leaves now and then. */
function weightsOf(turn: number): Readonly<Record<string, number>> {
  return {
    'cn-hangzhou': 1 + (turn % 5),
    ...(turn % 5 !== 4 && { 'ap-southeast-1': 1 + ((turn * 3) % 4) }),
    ...(turn % 2 === 0 && { 'cn-beijing': 2 }),
  };
}

async function sampleOf(agent: AgentProcess, handlesFile: string): Promise<Sample> {
  const { ownMb, sockets, descriptors, threads } = await footprintOf(agent.process.pid);
  return { ownMb, sockets, descriptors, threads, handles: await handleCount(agent.process, handlesFile) };
}

function wordsOfSample(sample: Sample | undefined): string {
  if (sample === undefined) return '';
  const { ownMb, sockets, descriptors, handles } = sample;
  return `${ownMb.toFixed(1)} MB, ${String(sockets)} sockets, ${String(descriptors)} descriptors, ${String(handles)} handles`;
}

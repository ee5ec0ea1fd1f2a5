import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator } from '@waystation/simulator';
import { accessKey, message } from '../load/message.ts';
import { spreadOf } from '../measure/spread.ts';
import type { LoadResult } from '../measure/load-result.ts';
import type { Stage } from '../stage/stage.ts';
import { channel, plainStrategy } from '../stage/strategy.ts';
import type { Bench, Measured } from './row.ts';

const deaths = [
  { row: 'refused', how: 'refuses connections', fault: { kind: 'refuse', standing: 'finish' } },
  {
    row: 'unavailable',
    how: 'answers 503',
    fault: { kind: 'code', code: 'ServiceUnavailable', status: 503 },
  },
] as const;

/** What one round came to. */
interface Round extends LoadResult {
  /** Whether a text went by the second region; not where the load was over before the first died. */
  readonly met: boolean;
}

/** The primary dies half-way through the load, in ways by which it is known to have sent nothing. */
export const dyingRegion: Bench = {
  rows: deaths.map(({ row, how }) => ({
    id: row,
    title: `region that ${how} under load, slowest send over the median`,
    target: { most: 550, unit: 'ms' },
  })),
  async run(stage) {
    const measured: Measured[] = [];
    for (const { row, fault } of deaths) {
      const rounds: Round[] = [];
      for (let round = 0; round < stage.world.scale.rounds; round += 1) rounds.push(await die(stage, fault));
      const failures = rounds.reduce((sum, sent) => sum + sent.failures, 0);
      const unmet = rounds.filter(({ met }) => !met).length;
      measured.push({
        row,
        value: spreadOf(rounds.map(({ maxMs, p50Ms }) => maxMs - p50Ms)),
        figures: [
          { name: 'slowest send', unit: 'ms', ...spreadOf(rounds.map(({ maxMs }) => maxMs)) },
          { name: 'median send', unit: 'ms', ...spreadOf(rounds.map(({ p50Ms }) => p50Ms)) },
        ],
        notes: [
          ...(failures === 0 ? [] : [`${String(failures)} sends failed.`]),
          ...(unmet === 0 ? [] : [`In ${String(unmet)} rounds the load was over before the region died.`]),
        ],
      });
    }
    return measured;
  },
};

/** One round: an agent and two regions, the first of which dies half-way. */
async function die(stage: Stage, fault: (typeof deaths)[number]['fault']): Promise<Round> {
  const keys = [{ accessKeyId: accessKey.id, accessKeySecret: accessKey.secret }];
  const { signName, templateCode } = message;
  const templates = { [templateCode]: { content: '您的验证码是：${code}，请在5分钟内输入。' } };
  const simulator = await startSimulator({
    config: {
      regions: { first: {}, second: {} },
      gateways: {},
      accounts: { main: { keys, signs: [{ name: signName }], templates } },
    },
  });
  stage.atEnd(() => simulator.stop());
  const [first = '', second = ''] = ['first', 'second'].map((region) => simulator.regions[region]);
  const agent = await stage.agent(
    plainStrategy(first, {
      channels: { first: channel(first), second: channel(second) },
      routes: [{ name: 'default', policy: { kind: 'primary-backup', order: ['first', 'second'] } }],
    }),
  );
  const application = stage.application('native', agent.url, { place: 'rest' });
  const { seconds, warmUpSeconds } = stage.world.scale;
  if (warmUpSeconds > 0) await application.send({ kind: 'closed', concurrency: 16, seconds: warmUpSeconds });
  const sending = application.send({ kind: 'closed', concurrency: 16, seconds });
  await Promise.all([
    sending,
    delay(seconds * 500).then(() => simulator.setFault({ region: 'first', ...fault })),
  ]);
  const met = simulator.texts().some(({ region }) => region === 'second');
  await Promise.all([application.process.stop(), agent.process.stop()]);
  await simulator.stop();
  return { ...(await sending), met };
}

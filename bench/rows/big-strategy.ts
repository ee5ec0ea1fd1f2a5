import { setTimeout as delay } from 'node:timers/promises';
import { spreadOf } from '../measure/spread.ts';
import { eventually } from '../process/eventually.ts';
import { FleetStore } from '../stage/fleet-store.ts';
import { LoopPauses } from '../stage/loop-pauses.ts';
import { SendingLoop } from '../stage/sending-loop.ts';
import { channel, plainStrategy } from '../stage/strategy.ts';
import type { Document } from '../stage/strategy.ts';
import type { Bench } from './row.ts';

const count = 1000;

/**
 * A thousand channels over ten hosts, and as many routes of ten channels each, at one host each, of which nothing is to
 * be warned; every step moves all weights.
 */
function bigStrategy(hosts: readonly string[], step: number): Document {
  const names = Array.from({ length: count }, (_, at) => `channel-${String(at)}`);
  const routes = names.map((_, at) => {
    const own = Array.from({ length: 10 }, (_, next) => names[(at + next) % count] ?? '');
    const weights = Object.fromEntries(own.map((name, next) => [name, 1 + ((step + next) % 9)]));
    return {
      name: `route-${String(at)}`,
      // The last route must match everything.
      ...(at < count - 1 && { match: { templateCodes: [`SMS_${String(at)}`] } }),
      policy: { kind: 'weighted-random', weights },
      onUnknownOutcome: 'fail',
    };
  });
  const endpoints = names.map((name, at) => [name, channel(hosts[at % hosts.length] ?? '')] as const);
  return plainStrategy('', {
    channels: Object.fromEntries(endpoints),
    routes,
  });
}

/** How long nothing else runs in an agent while a big strategy takes effect. */
export const bigStrategyApplied: Bench = {
  rows: [
    {
      id: 'big-strategy',
      title: '1,000 channels and 1,000 routes applied: longest event-loop pause',
      target: { most: 10, unit: 'ms' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const store = await FleetStore.start(stage);
    await store.put(plainStrategy(upstream.url));
    const pauses = new LoopPauses(await stage.folder('pauses'));
    const agent = await stage.agentWith({ flags: store.flags(), ...pauses.options });
    const loop = new SendingLoop(agent.url);
    stage.atEnd(() => loop.close());
    const applied: number[] = [];
    const idle: number[] = [];
    let step = 0;
    for (let round = 0; round < stage.world.scale.rounds; round += 1) {
      await pauses.longest(agent.process);
      await delay(500);
      idle.push(await pauses.longest(agent.process));
      const revision = await store.put(bigStrategy(upstream.hosts, (step += 1)));
      await eventually('the agent routes by it', async () => {
        // By a send, since to tell the status of a thousand channels takes time of its own.
        if ((await loop.send()).revision === revision) return;
        throw new Error('not yet');
      });
      // What follows it, such as the cache and the report, is part of it.
      await delay(500);
      applied.push(await pauses.longest(agent.process));
    }
    return [
      {
        row: 'big-strategy',
        value: spreadOf(applied),
        figures: [{ name: 'with nothing to do', unit: 'ms', ...spreadOf(idle) }],
        notes: [],
      },
    ];
  },
};

import { fleetKeys } from '@waystation/core';
import { BenchProcess } from '../process/bench-process.ts';
import { spreadOf } from '../measure/spread.ts';
import { EtcdWatcher } from '../stage/etcd-watcher.ts';
import { FleetStore } from '../stage/fleet-store.ts';
import { repositoryPath } from '../stage/paths.ts';
import { SendingLoop } from '../stage/sending-loop.ts';
import type { Stage } from '../stage/stage.ts';
import { channel, plainStrategy } from '../stage/strategy.ts';
import type { Bench } from './row.ts';

/** How long one edit took to reach each, in ms since the command was started. */
interface Edit {
  readonly event: number;
  readonly send: number;
}

/** From the command to the first send that goes by it, beside a watcher that does nothing but wait. */
export const edit: Bench = {
  rows: [
    {
      id: 'edit',
      title: "wayctl edit → first send routed by it ÷ a bare etcd watcher's event, p50",
      target: { most: 1.3, unit: '' },
    },
  ],
  async run(stage) {
    const upstream = await stage.upstream();
    const store = await FleetStore.start(stage);
    const names = ['cn-hangzhou', 'cn-shanghai'];
    const strategy = plainStrategy(upstream.url, {
      channels: Object.fromEntries(names.map((name) => [name, channel(upstream.url)])),
      routes: [{ name: 'default', policy: { kind: 'primary-backup', order: names } }],
    });
    await store.put(strategy);
    const agent = await stage.agentWith({ flags: store.flags() });
    const loop = new SendingLoop(agent.url);
    stage.atEnd(() => loop.close());
    const edits: Edit[] = [];
    const { scale } = stage.world;
    const count = scale.name === 'smoke' ? 1 : scale.rounds * 4;
    const { strategy: key } = fleetKeys({ env: 'default', fleet: 'default' });
    const etcdctl = stage.program('etcdctl');
    const watcher = new EtcdWatcher(stage, etcdctl, store.etcd.endpoint, key);
    await watcher.hears(() => store.put(strategy));
    for (let at = 0; at < count; at += 1) {
      edits.push(await editTo(stage, store, watcher, loop, at % 2 === 0 ? 'cn-shanghai' : 'cn-hangzhou'));
    }
    const spread = (unit: string, name: string, values: readonly number[]) => ({
      ...{ name, unit },
      ...spreadOf(values),
    });
    return [
      {
        row: 'edit',
        value: spreadOf(edits.map(({ event, send }) => send / event)),
        figures: [
          spread(
            'ms',
            "command → watcher's event",
            edits.map(({ event }) => event),
          ),
          spread(
            'ms',
            'command → first send answered',
            edits.map(({ send }) => send),
          ),
          spread(
            'ms',
            "watcher's event → first send answered",
            edits.map(({ event, send }) => send - event),
          ),
        ],
        notes: [],
      },
    ];
  },
};

/** Runs wayctl, and tells when the watcher heard of it and when a send went by it. */
async function editTo(
  stage: Stage,
  store: FleetStore,
  watcher: EtcdWatcher,
  loop: SendingLoop,
  primary: string,
): Promise<Edit> {
  const event = watcher.next();
  const begun = performance.now();
  const wayctl = new BenchProcess({
    name: 'wayctl',
    command: process.execPath,
    args: [
      ...[repositoryPath('packages/controller/bin/wayctl.js'), 'primary', 'set', 'default', primary],
      ...['--yes', '--etcd-endpoints', store.etcd.endpoints.join(',')],
    ],
    cores: stage.world.cores,
    place: 'rest',
  });
  const ended = wayctl.exited.then((code) => {
    if (code !== 0) throw new Error(`wayctl exited with ${String(code)}:\n${wayctl.lastLines()}`);
  });
  const [eventAt, sendAt] = await Promise.all([event, loop.until(primary), ended]);
  return { event: eventAt - begun, send: sendAt - begun };
}

// How long a pick takes: `pick.js CHANNELS POLICY`. It reads seconds a line and answers with nanoseconds a pick.
import { createInterface } from 'node:readline';
import { buildPicker, parseStrategy } from '@waystation/core';
import type { Message } from '@waystation/core';

const [, , channels = '10', policy = 'weighted-random'] = process.argv;
const names = Array.from({ length: Number(channels) }, (_, at) => `channel-${String(at)}`);
const policies: Readonly<Record<string, unknown>> = {
  'weighted-random': { kind: policy, weights: Object.fromEntries(names.map((name) => [name, 1])) },
  'primary-backup': { kind: policy, order: names },
  'lowest-latency': { kind: policy, channels: names },
};
const parsed = parseStrategy({
  schemaVersion: 1,
  channels: Object.fromEntries(names.map((name) => [name, { provider: 'aliyun', regionId: 'cn-hangzhou' }])),
  routes: [{ name: 'default', policy: policies[policy] }],
});
if (!parsed.ok) throw new Error('the strategy of the bench is not valid');
const { strategy } = parsed;
const picker = buildPicker({ revision: 1, digest: 'bench', strategy, overrides: new Map() });
const message: Message = {
  phoneNumbers: ['13800138000'],
  e164: ['+8613800138000'],
  signName: 'sign',
  templateCode: 'SMS_1',
};
// One that is not well, so that all tiers are set up as they are on a common day.
const standings = new Map([['channel-0', { tier: 'unwell', share: 1 } as const]]);
const health = { standings, latencyOf: () => 20 };

for await (const line of createInterface({ input: process.stdin })) {
  const end = performance.now() + Number(line) * 1000;
  const begun = performance.now();
  let picks = 0;
  let now = begun;
  while (now < end) {
    for (let turn = 0; turn < 1000; turn += 1) {
      const pick = picker.pick(message, Math.random, { health });
      if (!pick.picked || pick.channels.at(0) === undefined) throw new Error('nothing was picked');
    }
    picks += 1000;
    now = performance.now();
  }
  console.log(JSON.stringify({ nanoseconds: ((now - begun) / picks) * 1e6 }));
}

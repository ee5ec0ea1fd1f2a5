// A process that sends as an application does: `application.js KIND URL CONNECTIONS`. It reads a load order a line and
// answers with what it found, both as JSON.
import { createInterface } from 'node:readline';
import { closedLoop } from '../load/closed-loop.ts';
import type { LoadOrder, SenderKind } from '../load/load-order.ts';
import { openLoop } from '../load/open-loop.ts';
import type { Sender, SenderOptions } from '../load/sender.ts';
import { Tally } from '../load/tally.ts';

const [, , kind = '', url = '', connections = '64'] = process.argv;

/** Each is loaded only where it is asked for: what an application does not use costs it nothing. */
const openers: Readonly<Record<SenderKind, (options: SenderOptions) => Promise<Sender>>> = {
  sdk: async (options) => (await import('../load/sdk-sender.ts')).sdkSender(options),
  'official-signer': async (options) =>
    (await import('../load/official-signer-sender.ts')).officialSignerSender(options),
  native: async (options) => (await import('../load/native-sender.ts')).nativeSender(options),
  keyed: async (options) => (await import('../load/native-sender.ts')).nativeSender(options, true),
  compat: async (options) => (await import('../load/compat-sender.ts')).compatSender(options),
};

const sender = await openers[kind as SenderKind]({ url, connections: Number(connections) });
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as LoadOrder;
  const tally = new Tally();
  await (order.kind === 'closed' ? closedLoop(sender, tally, order) : openLoop(sender, tally, order));
  console.log(JSON.stringify(tally.result()));
}

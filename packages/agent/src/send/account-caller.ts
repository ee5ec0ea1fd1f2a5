import { coversNumbers } from '@waystation/core';
import type { Clock } from '@waystation/core';
import type { CallResult, ProviderCall, ProviderCaller } from '../http/compat/provider-caller.ts';
import type { SendChannel } from '../pool/send-channel.ts';
import type { Routing, RoutingState } from './routing.ts';

/** What calls need. */
export interface AccountCallerDependencies {
  readonly routing: Pick<Routing, 'acquire' | 'current'>;
  readonly clock: Clock;
}

/** What sends and changes nothing: it may go by drained channels, where an account has no others. */
const questions: ReadonlySet<string> = new Set(['QuerySendDetails']);

/** Calls actions of Aliyun's API over the channels that messages go by. */
export class AccountCaller implements ProviderCaller {
  readonly #dependencies: AccountCallerDependencies;

  constructor(dependencies: AccountCallerDependencies) {
    this.#dependencies = dependencies;
  }

  accounts(e164?: string): readonly string[] {
    const state = this.#dependencies.routing.current();
    if (state === undefined) return [];
    const channels = callable(state, true).filter(
      ({ channel }) => e164 === undefined || coversNumbers(channel, [e164]),
    );
    return [...new Set(channels.map(({ account }) => account))];
  }

  accountOf(channel: string): string | undefined {
    const open = this.#dependencies.routing.current()?.channels.get(channel);
    return open?.channel.provider === 'aliyun' ? open.account : undefined;
  }

  async call(account: string, call: ProviderCall): Promise<CallResult> {
    const { routing, clock } = this.#dependencies;
    const lease = routing.acquire();
    if (lease === undefined) return { kind: 'not-called', reason: 'the agent has no strategy yet' };
    try {
      const { connectMs, readMs } = lease.state.snapshot.strategy.timeouts;
      const reasons: string[] = [];
      for (const channel of callable(lease.state, questions.has(call.action))) {
        if (channel.account !== account || channel.call === undefined || !channel.hasRoom) continue;
        if (call.deadline <= clock.now()) break;
        const result = await channel.call({ ...call, connectMs, readMs });
        if (result.answered) return { kind: 'answered', status: result.status, body: result.body };
        const reason = `${channel.name}: ${result.reason}`;
        if (result.written) return { kind: 'unknown', reason };
        reasons.push(reason);
      }
      const reason =
        reasons.length > 0
          ? reasons.slice(0, 5).join('; ')
          : 'none of its channels is in use and has room or time for it';
      return { kind: 'not-called', reason };
    } finally {
      lease.release();
    }
  }
}

/** Channels of Aliyun in the strategy's order, drained ones last, or not at all. */
function callable({ channels, snapshot }: RoutingState, withDrained: boolean): readonly SendChannel[] {
  const all = [...channels.values()].filter(({ channel }) => channel.provider === 'aliyun');
  const isDrained = ({ name }: SendChannel): boolean => snapshot.overrides.get(name)?.kind === 'drain';
  const inUse = all.filter((channel) => !isDrained(channel));
  return withDrained ? [...inUse, ...all.filter(isDrained)] : inUse;
}

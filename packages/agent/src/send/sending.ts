import type { Message, RoutingSnapshot } from '@waystation/core';
import type { CredentialBook } from '../credentials/credential-book.ts';
import type { SendOptions } from '../http/message-sender.ts';
import type { BlockState, ChannelState, SendCounts, SendSide } from '../status/send-side.ts';
import type { ApplyResult } from '../sync/strategy-applier.ts';
import { candidateOf } from './attempt-run.ts';
import type { BlockBook } from './block-book.ts';
import type { Routing, RoutingState } from './routing.ts';
import type { SendResult } from './send-result.ts';
import type { Sender } from './sender.ts';

/** The parts of the sending half. */
export interface SendingParts {
  readonly credentials: Pick<CredentialBook, 'stop'>;
  readonly routing: Pick<Routing, 'apply' | 'current' | 'stop'>;
  readonly sender: Pick<Sender, 'send' | 'counts'>;
  readonly blocks: Pick<BlockBook, 'keep' | 'states'>;
}

/** The half of the agent that sends: credentials, routing and the sender as one. */
export class Sending implements SendSide {
  readonly #parts: SendingParts;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  get channels(): readonly ChannelState[] {
    const state = this.#parts.routing.current();
    return state === undefined ? [] : statesOf(state);
  }

  get blocks(): readonly BlockState[] {
    return this.#parts.blocks.states;
  }

  get counts(): SendCounts {
    return this.#parts.sender.counts;
  }

  apply(snapshot: RoutingSnapshot): ApplyResult {
    const { routing, blocks } = this.#parts;
    const result = routing.apply(snapshot);
    const state = routing.current();
    if (state !== undefined) blocks.keep([...state.channels.keys()].map((name) => candidateOf(state, name)));
    return result;
  }

  send(message: Message, options: SendOptions): Promise<SendResult> {
    return this.#parts.sender.send(message, options);
  }

  async stop(timeoutMs: number): Promise<void> {
    await this.#parts.credentials.stop();
    await this.#parts.routing.stop(timeoutMs);
  }
}

function statesOf({ channels, snapshot }: RoutingState): ChannelState[] {
  return [...channels.values()].map(({ name, channel, host, account, inFlight }) => ({
    name,
    provider: channel.provider,
    host,
    account,
    drained: snapshot.overrides.get(name)?.kind === 'drain',
    inFlight,
  }));
}

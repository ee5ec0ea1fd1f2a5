import type { Candidate, Order } from '@waystation/core';
import type { ChannelSet } from '../pool/channel-pools.ts';

/** The channels of one state as the attempt plan sees them, each made once, when it is first asked for. */
export class Candidates {
  readonly #channels: ChannelSet;
  readonly #known = new Map<string, Candidate>();

  constructor(channels: ChannelSet) {
    this.#channels = channels;
  }

  /** An open channel; throws where there is none of this name. */
  of(name: string): Candidate {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const candidate = this.#make(name);
    this.#known.set(name, candidate);
    return candidate;
  }

  /** The candidates of these channels, still read only as far as they are asked for. */
  inOrder(channels: Order<string>): Order<Candidate> {
    return {
      at: (index) => {
        const name = channels.at(index);
        return name === undefined ? undefined : this.of(name);
      },
    };
  }

  #make(name: string): Candidate {
    const open = this.#channels.get(name);
    if (open === undefined) throw new Error(`the picker named ${name}, which is no open channel`);
    const { host, account, channel } = open;
    const { credential, failureDomain } = channel;
    return {
      channel: name,
      host,
      account,
      credential,
      ...(failureDomain !== undefined && { failureDomain }),
    };
  }
}

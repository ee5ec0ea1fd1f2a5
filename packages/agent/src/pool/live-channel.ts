import { channelAccount, classifyTransport, outcomeOf, transportWords } from '@waystation/core';
import type { Channel, Clock, Endpoint } from '@waystation/core';
import type { CredentialResult } from '../credentials/credential.ts';
import type { Dialect } from '../provider/dialect.ts';
import type { ConnectionPool } from '../provider/transport/connection-pool.ts';
import { headerOf } from '../provider/transport/http-message.ts';
import { pause } from '../pause.ts';
import type {
  AttemptRequest,
  AttemptResult,
  ChannelCall,
  ChannelCallResult,
  SendChannel,
} from './send-channel.ts';

/** What a channel is made of. */
export interface LiveChannelParts {
  readonly name: string;
  readonly channel: Channel;
  readonly endpoint: Endpoint;
  readonly dialect: Dialect;
  readonly connections: Pick<ConnectionPool, 'send' | 'close'>;
  /** Connections for questions; absent: the provider cannot be asked. */
  readonly questions?: Pick<ConnectionPool, 'send' | 'close'>;
  readonly clock: Clock;
  /** The channel's credential by now; absent where it needs none. */
  readonly credential?: () => CredentialResult | Promise<CredentialResult>;
}

/** Bounds of a channel. */
export interface LiveChannelOptions {
  /** Attempts under way at most, and so connections. Default 256. */
  readonly maxInFlight?: number;
}

/** A channel with its connections: credential, dialect and transport, one after the other. */
export class LiveChannel implements SendChannel {
  readonly name: string;
  readonly channel: Channel;
  readonly host: string;
  readonly account: string;
  readonly #parts: LiveChannelParts;
  readonly #maxInFlight: number;
  #inFlight = 0;
  #draining = false;
  /** Those who wait until nothing is under way any more. */
  readonly #waiting = new Set<() => void>();

  constructor(parts: LiveChannelParts, { maxInFlight = 256 }: LiveChannelOptions = {}) {
    this.name = parts.name;
    this.channel = parts.channel;
    this.host = parts.endpoint.host;
    this.account = channelAccount(parts.channel);
    this.#parts = parts;
    this.#maxInFlight = maxInFlight;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get hasRoom(): boolean {
    return !this.#draining && this.#inFlight < this.#maxInFlight;
  }

  async send(attempt: AttemptRequest): Promise<AttemptResult> {
    const { dialect, connections } = this.#parts;
    this.#inFlight += 1;
    try {
      const given = this.#credential(attempt);
      const held = given instanceof Promise ? await given : given;
      if (held?.ok === false) {
        return { outcome: outcomeOf('misconfigured', { reason: held.reason, written: false }) };
      }
      const draft = dialect.draft(attempt, held?.credential);
      if (!draft.ok) return { outcome: draft.outcome };
      for (let corrected = false; ; corrected = true) {
        const result = await connections.send(draft.make, attempt);
        if (!result.answered) return { outcome: classifyTransport(result.failure) };
        const reading = dialect.read(result.answer);
        if (reading.kind === 'result') return reading.result;
        if (corrected) return reading.otherwise;
      }
    } finally {
      this.#over();
    }
  }

  async call(call: ChannelCall): Promise<ChannelCallResult> {
    this.#inFlight += 1;
    try {
      return await this.#call(call, this.#parts.connections);
    } finally {
      this.#over();
    }
  }

  ask(call: ChannelCall): Promise<ChannelCallResult> {
    const { questions } = this.#parts;
    if (questions === undefined) {
      return Promise.resolve({ answered: false, written: false, reason: 'its provider cannot be asked' });
    }
    return this.#call(call, questions);
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        const over = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(over);
          resolve();
        };
        const timer = setTimeout(over, timeoutMs);
        this.#waiting.add(over);
      });
    }
    this.#parts.connections.close();
    this.#parts.questions?.close();
  }

  #over(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) for (const over of [...this.#waiting]) over();
  }

  async #call(call: ChannelCall, connections: LiveChannelParts['connections']): Promise<ChannelCallResult> {
    const { dialect } = this.#parts;
    const held = await this.#credential(call);
    if (held?.ok === false) return { answered: false, written: false, reason: held.reason };
    const draft = dialect.draftCall?.(call, held?.credential);
    if (draft === undefined) return { answered: false, written: false, reason: 'its provider only sends' };
    if (!draft.ok) return { answered: false, written: false, reason: draft.outcome.reason };
    for (let corrected = false; ; corrected = true) {
      const result = await connections.send(draft.make, call);
      if (!result.answered) {
        const { written, kind } = result.failure;
        return { answered: false, written, reason: transportWords[kind] };
      }
      const { status, body } = result.answer;
      if (corrected || dialect.read(result.answer).kind === 'result') {
        const hostTime = Date.parse(headerOf(result.answer, 'date') ?? '');
        return { answered: true, status, body, ...(!Number.isNaN(hostTime) && { hostTime }) };
      }
    }
  }

  /** The channel's credential: at once, unless the default chain has to ask elsewhere. */
  #credential(
    bounds: Pick<AttemptRequest, 'deadline'>,
  ): CredentialResult | Promise<CredentialResult> | undefined {
    const held = this.#parts.credential?.();
    return held instanceof Promise ? this.#inTime(held, bounds) : held;
  }

  /** An attempt does not wait for a credential beyond its deadline. */
  async #inTime(
    held: Promise<CredentialResult>,
    { deadline }: Pick<AttemptRequest, 'deadline'>,
  ): Promise<CredentialResult> {
    const stop = new AbortController();
    const tooLate = pause(Math.max(0, deadline - this.#parts.clock.now()), [stop.signal]).then(
      (): CredentialResult => ({ ok: false, reason: 'the credential was not there in time' }),
    );
    const first = await Promise.race([held, tooLate]);
    stop.abort();
    return first;
  }
}

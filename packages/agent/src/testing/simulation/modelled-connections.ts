import type { TransportFailure } from '@waystation/core';
import type { CallLimits, ConnectionPool } from '../../provider/transport/connection-pool.ts';
import type { HttpRequest, TransportResult } from '../../provider/transport/http-message.ts';
import type { Manner } from './history.ts';
import { never } from './life.ts';
import type { Life } from './life.ts';
import type { ModelledProvider } from './modelled-provider.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What connections are modelled on. */
export interface ModelledConnectionsParts {
  readonly time: VirtualTime;
  readonly life: Life;
  readonly provider: ModelledProvider;
  readonly random: () => number;
  /** Told how many requests are under way. */
  readonly onUnderWay?: (count: number) => void;
}

/** Where connections lead to, and for whom. */
export interface Place {
  readonly channel: string;
  readonly host: number;
  readonly account: number;
}

/** The connections of one channel of one process, as the real pool promises them to be. */
export class ModelledConnections implements Pick<ConnectionPool, 'send' | 'close'> {
  readonly #parts: ModelledConnectionsParts;
  readonly #place: Place;
  #idle = 0;
  #underWay = 0;

  constructor(parts: ModelledConnectionsParts, place: Place) {
    this.#parts = parts;
    this.#place = place;
  }

  async send(make: () => HttpRequest, limits: CallLimits): Promise<TransportResult> {
    const { life, provider } = this.#parts;
    for (;;) {
      const manner = provider.mannerOf(this.#place.host);
      const reused = this.#idle > 0;
      const failure = reused ? this.#reuse(limits) : await this.#connect(manner, limits);
      if (!life.happens('connected')) await never();
      if (failure !== undefined) return { answered: false, failure };
      const may = limits.mayWrite === undefined || (await limits.mayWrite());
      if (!may || limits.signal?.aborted === true) {
        this.#idle += 1;
        return { answered: false, failure: { kind: 'cancelled', written: false } };
      }
      // A peer may have closed an idle connection, which is seen before anything is written, or not.
      if (reused && this.#parts.random() < 0.05) continue;
      return await this.#exchange(make(), manner, limits);
    }
  }

  close(): void {
    this.#idle = 0;
  }

  #reuse({ signal }: CallLimits): TransportFailure | undefined {
    if (signal?.aborted === true) return { kind: 'cancelled', written: false };
    this.#idle -= 1;
    return undefined;
  }

  async #connect(
    manner: Manner | undefined,
    { connectMs, deadline, signal }: CallLimits,
  ): Promise<TransportFailure | undefined> {
    const { time, life, provider } = this.#parts;
    if (signal?.aborted === true) return { kind: 'cancelled', written: false };
    const remaining = deadline - time.now();
    const ceiling = Math.max(0, Math.min(connectMs, remaining));
    const wanted = provider.travelMs() + (manner?.kind === 'connects-late' ? manner.ms : 0);
    const standsAfter = manner?.kind === 'swallows-connections' ? Infinity : wanted;
    const cancelled = await new Promise<boolean>((resolve) => {
      const onAbort = (): void => {
        resolve(true);
      };
      signal?.addEventListener('abort', onAbort);
      void life.later(Math.min(ceiling, standsAfter)).then(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve(false);
      });
    });
    if (cancelled) return { kind: 'cancelled', written: false };
    if (standsAfter > ceiling)
      return { kind: 'connect-timeout', written: false, cutShort: remaining < connectMs };
    return manner?.kind === 'refuses' ? { kind: 'refused', written: false } : undefined;
  }

  async #exchange(
    request: HttpRequest,
    manner: Manner | undefined,
    { deadline, readMs, listen }: CallLimits,
  ): Promise<TransportResult> {
    const { time, life, provider, onUnderWay } = this.#parts;
    if (!life.happens('written')) await never();
    this.#underWay += 1;
    onUnderWay?.(this.#underWay);
    const reply = new Promise<TransportResult>((resolve) => {
      provider.deliver({
        request,
        ...this.#place,
        manner,
        onReply: (got) => {
          if (got === 'reset') resolve({ answered: false, failure: { kind: 'reset', written: true } });
          else resolve({ answered: true, answer: got.answer });
        },
      });
    });
    const remaining = deadline - time.now();
    const cutShort = listen !== true && remaining < readMs;
    const failure = { kind: 'timeout', written: true, cutShort } as const;
    const late = life
      .later(Math.max(0, cutShort ? remaining : readMs))
      .then((): TransportResult => ({ answered: false, failure }));
    const result = await Promise.race([reply, late]);
    this.#underWay -= 1;
    if (!life.happens('answer read')) await never();
    if (result.answered) this.#idle += 1;
    return result;
  }
}

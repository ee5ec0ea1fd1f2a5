import type { Clock } from '@waystation/core';
import { pause } from '../pause.ts';
import type { SendResult } from '../send/send-result.ts';
import { inProgress, replayOf, reused } from './key-answers.ts';
import type { Taken } from './written-runs.ts';

/** A key in use: by the first caller that came with it. */
export interface Claim {
  /** The id of the message that the key stands for. */
  id: string;
  readonly payload: string;
  result: Promise<SendResult>;
  /** Once there is a result: resolved when the key's end is written and the claim gone. */
  freed: Promise<void> | undefined;
}

/** In place of a claim's result until the claim is made. */
const pending = new Promise<never>(() => undefined);

/** The keys in use, each by one message; what is taken at once is never taken twice. */
export class Claims {
  readonly #clock: Clock;
  readonly #claims = new Map<string, Claim>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): Claim | undefined {
    return this.#claims.get(key);
  }

  /** Whether a message is under way. */
  has(id: string): boolean {
    for (const claim of this.#claims.values()) if (claim.id === id) return true;
    return false;
  }

  /**
   * Claims a key, which nobody has, for what `take` begins. It stays claimed until its end stands in the journal:
   * whoever asks before is told by the claim.
   */
  take(
    key: string,
    facts: Pick<Claim, 'id' | 'payload'>,
    take: (claim: Claim) => Promise<Taken>,
  ): Promise<SendResult> {
    const { id, payload } = facts;
    const claim: Claim = { id, payload, result: pending, freed: undefined };
    this.#claims.set(key, claim);
    const free = (): void => {
      if (this.#claims.get(key) === claim) this.#claims.delete(key);
    };
    claim.result = take(claim).then(
      ({ result, saved }) => {
        if (saved === undefined) free();
        else claim.freed = saved.then(free, free);
        return result;
      },
      (error: unknown) => {
        free();
        throw error;
      },
    );
    return claim.result;
  }

  /** Waits for another's result; what stays unknown is taken up once that is written, by `again`. */
  async wait(
    claim: Claim,
    payload: string,
    deadline: number,
    again: (leftMs: number) => Promise<SendResult> | undefined,
  ): Promise<SendResult> {
    if (claim.payload !== payload) return reused(claim.id);
    const done = new AbortController();
    const tooLate = pause(Math.max(0, deadline - this.#clock.now()), [done.signal]).then(() => undefined);
    const result = await Promise.race([claim.result, tooLate]);
    if (result?.kind === 'unknown') await Promise.race([claim.freed, tooLate]);
    done.abort();
    if (result === undefined) return inProgress(claim.id);
    const leftMs = Math.round(deadline - this.#clock.now());
    const taken = result.kind === 'unknown' && leftMs > 0 ? again(leftMs) : undefined;
    return taken ?? replayOf(result);
  }

  /** Waits until every key that is claimed now is free. */
  async settled(): Promise<void> {
    await Promise.all(Array.from(this.#claims.values(), untilFreed));
  }
}

async function untilFreed(claim: Claim): Promise<void> {
  await claim.result.then(
    () => claim.freed,
    () => undefined,
  );
}

import { admit, forgetCredentials, keepBlocks, noteOutcome } from '@waystation/core';
import type { Block, Blocks, Candidate, Clock, Instant, Message, Outcome } from '@waystation/core';
import type { BlockState } from '../status/send-side.ts';

/** What accounts, credentials, channels and hosts have refused for every message, for as long as it lasts. */
export class BlockBook {
  readonly #clock: Clock;
  #blocks: Blocks = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Those in force. */
  get states(): readonly BlockState[] {
    const now = this.#clock.now();
    const wallTime = this.#clock.wallTime();
    return [...this.#blocks.values()]
      .filter(({ endsAt }) => endsAt > now)
      .map(({ scope, class: outcome, code, endsAt }) => ({
        ...scope,
        outcome,
        ...(code !== undefined && { code }),
        until: new Date(Math.ceil(wallTime + endsAt - now)).toISOString(),
      }));
  }

  /** What keeps a message from a candidate; undefined: nothing, or it may go as a trial. */
  blockOf(candidate: Candidate, message: Message): Block | undefined {
    const admission = admit(this.#blocks, candidate, message, this.#clock.now());
    if (!admission.admitted) return admission.block;
    this.#blocks = admission.blocks;
    return undefined;
  }

  /** Learns from an attempt that is over. */
  note(candidate: Candidate, message: Message, outcome: Outcome, startedAt: Instant): void {
    const time = { at: this.#clock.now(), wallTime: this.#clock.wallTime() };
    this.#blocks = noteOutcome(this.#blocks, { candidate, content: message, outcome, startedAt }, time);
  }

  /** Forgets what was wrong with credentials: they have changed. */
  forgetCredentials(): void {
    this.#blocks = forgetCredentials(this.#blocks);
  }

  /** Forgets what a new strategy has no more. */
  keep(candidates: readonly Candidate[]): void {
    this.#blocks = keepBlocks(this.#blocks, candidates);
  }
}

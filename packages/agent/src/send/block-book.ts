import { admit, forgetCredentials, keepBlocks, noteOutcome } from '@waystation/core';
import type { Block, Blocks, Candidate, Clock, Instant, Message, Outcome } from '@waystation/core';
import { maskNumbers } from '../log/mask-numbers.ts';
import type { BlockState } from '../status/send-side.ts';

/** A monthly cap may end later than a timer can wait. */
const longestTimerMs = 3_600_000;

/** What accounts, credentials, channels and hosts have refused for every message, for as long as it lasts. */
export class BlockBook {
  readonly #clock: Clock;
  readonly #onChange: (() => void) | undefined;
  #blocks: Blocks = new Map();
  /** Keys of those that `onChange` has told of. */
  #told = '';
  #timer: NodeJS.Timeout | undefined;

  /** `onChange` is told when a block that lasts begins or ends; a throttle is over too soon for that. */
  constructor(clock: Clock, onChange?: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Those in force. */
  get states(): readonly BlockState[] {
    const now = this.#clock.now();
    const wallTime = this.#clock.wallTime();
    return [...this.#blocks.values()]
      .filter(({ endsAt }) => endsAt > now)
      .map(({ scope, class: outcome, code, reason, endsAt }) => ({
        ...scope,
        outcome,
        ...(code !== undefined && { code }),
        reason: maskNumbers(reason),
        until: new Date(Math.ceil(wallTime + endsAt - now)).toISOString(),
      }));
  }

  /** What keeps a message from a candidate; undefined: nothing, or it may go as a trial. */
  blockOf(candidate: Candidate, message: Message, at: Instant): Block | undefined {
    const admission = admit(this.#blocks, candidate, message, at);
    if (!admission.admitted) return admission.block;
    this.#set(admission.blocks);
    return undefined;
  }

  /** Learns from an attempt that ended at `at`. */
  note(candidate: Candidate, message: Message, outcome: Outcome, startedAt: Instant, at: Instant): void {
    // An acceptance only ever ends blocks.
    if (outcome.class === 'accepted' && this.#blocks.size === 0) return;
    const time = { at, wallTime: this.#clock.wallTime() };
    this.#set(noteOutcome(this.#blocks, { candidate, content: message, outcome, startedAt }, time));
  }

  /** Forgets what was wrong with credentials: they have changed. */
  forgetCredentials(): void {
    this.#set(forgetCredentials(this.#blocks));
  }

  /** Forgets what a new strategy has no more. */
  keep(candidates: readonly Candidate[]): void {
    this.#set(keepBlocks(this.#blocks, candidates));
  }

  /** Tells of no more changes. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #set(blocks: Blocks): void {
    if (blocks === this.#blocks) return;
    this.#blocks = blocks;
    this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    const now = this.#clock.now();
    const lasting = [...this.#blocks].filter(
      ([, { class: what, endsAt }]) => what !== 'throttled' && endsAt > now,
    );
    const told = lasting
      .map(([key]) => key)
      .sort()
      .join();
    if (told !== this.#told) {
      this.#told = told;
      this.#onChange?.();
    }
    if (lasting.length === 0) return;
    const next = Math.min(...lasting.map(([, { endsAt }]) => endsAt));
    this.#timer = setTimeout(
      () => {
        this.#tell();
      },
      Math.min(Math.ceil(next - now), longestTimerMs),
    ).unref();
  }
}

import type { SendResult } from '../send/send-result.ts';
import type { MessageRun } from './message-run.ts';

/** What a message's later end is written by. */
export interface LateEndDependencies {
  readonly run: Pick<MessageRun, 'end' | 'tellable'>;
  /** Lets a message wait that has a time to be delivered by and was not sent; gives what it came to. */
  readonly keep: (late: SendResult) => Promise<SendResult>;
  /** What a message that was sent again has come to by the end of that; absent: it was sent once. */
  readonly overall?: (late: SendResult) => SendResult;
  /** Told of writes that must be over before the journal closes. */
  readonly onWrite: (write: Promise<unknown>) => void;
}

/** The end of a keyed message that comes after its caller was told unknown; written once. */
export class LateEnd {
  readonly #dependencies: LateEndDependencies;
  /** What the caller was told, as soon as it was; `saved` as `told` has it. */
  #told: { readonly saved: Promise<void> | undefined } | undefined;
  #onTold: (() => void) | undefined;
  #settled: Promise<SendResult> | undefined;

  constructor(dependencies: LateEndDependencies) {
    this.#dependencies = dependencies;
  }

  /** What the caller was told is being written; absent: it was told nothing. */
  told(saved?: Promise<void>): void {
    this.#told ??= { saved };
    this.#onTold?.();
  }

  /** Writes the end after what was told before, and gives what the whole message has come to. */
  settle(late: SendResult): Promise<SendResult> {
    const { onWrite } = this.#dependencies;
    if (this.#settled === undefined) {
      this.#settled = this.#write(late);
      onWrite(this.#settled);
    }
    return this.#settled;
  }

  async #write(late: SendResult): Promise<SendResult> {
    const { run, overall, keep } = this.#dependencies;
    if (this.#told === undefined) await new Promise<void>((resolve) => (this.#onTold = resolve));
    await this.#told?.saved;
    const known = overall?.(late) ?? late;
    // Where the second time says nothing of the first, nothing is known of the message but that.
    const told = known === late ? await keep(late) : known;
    if (told.kind !== 'pending') await run.end(told);
    return run.tellable(told);
  }
}

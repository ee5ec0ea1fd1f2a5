import type { SendResult } from '../send/send-result.ts';

/** The newest results, for `GET /v1/messages/{id}`: a ring that forgets the oldest. */
export class RecentMessages {
  readonly #limit: number;
  readonly #results = new Map<string, SendResult>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a result; a later one of the same message replaces it, and the journal tells of one that waits. */
  record(result: SendResult): void {
    this.#results.delete(result.id);
    if (result.kind === 'pending') return;
    this.#results.set(result.id, result);
    if (this.#results.size <= this.#limit) return;
    for (const oldest of this.#results.keys()) {
      this.#results.delete(oldest);
      return;
    }
  }

  find(id: string): SendResult | undefined {
    return this.#results.get(id);
  }
}

/** A request that was put on a socket. */
export interface WrittenRequest {
  /** Which message it carries. */
  readonly tag: string;
  readonly channel: string;
  /** As sent, in their order. */
  readonly numbers: readonly string[];
  /** Whether each number has a text of its own. */
  readonly batch: boolean;
  readonly at: number;
  /** The same on the clock that the agent goes by, in ms since 1970. */
  readonly wall: number;
}

/** A request that a provider took, and so a text that its phones show, as a whole. */
export interface Text {
  readonly tag: string;
  readonly channel: string;
  readonly outId: string;
  readonly numbers: readonly string[];
  /** What stands in the text of each number. */
  readonly codes: readonly string[];
  readonly writtenAt: number;
  readonly takenAt: number;
  /** The same on the provider's own clock, in ms since 1970. */
  readonly takenWall: number;
  /** When it was written, as a turn of time. */
  readonly writtenTurn: number;
}

/** What was written and what was taken: the truth that answers are held against. */
export class Phones {
  readonly #written = new Map<string, WrittenRequest[]>();
  readonly #texts = new Map<string, Text[]>();
  readonly #mostAtOnce = new Map<string, number>();

  noteWritten(request: WrittenRequest): void {
    const list = this.#written.get(request.tag);
    if (list === undefined) this.#written.set(request.tag, [request]);
    else list.push(request);
  }

  /** A channel has so many requests under way. */
  noteAtOnce(channel: string, count: number): void {
    this.#mostAtOnce.set(channel, Math.max(count, this.mostAtOnce(channel)));
  }

  take(text: Text): void {
    const list = this.#texts.get(text.tag);
    if (list === undefined) this.#texts.set(text.tag, [text]);
    else list.push(text);
  }

  written(tag: string): readonly WrittenRequest[] {
    return this.#written.get(tag) ?? [];
  }

  texts(tag: string): readonly Text[] {
    return this.#texts.get(tag) ?? [];
  }

  /** The most requests that a channel of one process ever had under way. */
  mostAtOnce(channel: string): number {
    return this.#mostAtOnce.get(channel) ?? 0;
  }

  /** Every request that was written, message by message. */
  allWritten(): readonly WrittenRequest[] {
    return [...this.#written.values()].flat();
  }

  /** Every text there is. */
  all(): readonly Text[] {
    return [...this.#texts.values()].flat();
  }
}

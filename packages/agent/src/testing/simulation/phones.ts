/** A request that was put on a socket. */
export interface WrittenRequest {
  /** Which message it carries. */
  readonly tag: string;
  readonly channel: string;
  readonly at: number;
}

/** A text that a provider took, and so one that a phone shows. */
export interface Text {
  readonly tag: string;
  readonly channel: string;
  readonly outId: string;
  readonly phoneNumber: string;
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

  noteWritten(request: WrittenRequest): void {
    const list = this.#written.get(request.tag);
    if (list === undefined) this.#written.set(request.tag, [request]);
    else list.push(request);
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

  /** Every text there is. */
  all(): readonly Text[] {
    return [...this.#texts.values()].flat();
  }
}

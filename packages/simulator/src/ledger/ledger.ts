/** One text that reached one phone. */
export interface LedgerText {
  /** Rises by one with every text since start. */
  readonly seq: number;
  /** When it was accepted, ISO 8601 in UTC by the simulator's own clock. */
  readonly at: string;
  /** Name of the region or gateway that took it. */
  readonly region: string;
  readonly account: string;
  /** `+` and country code, whatever form the request had. */
  readonly phoneNumber: string;
  readonly signName: string;
  /** Absent for texts of a generic gateway. */
  readonly templateCode?: string;
  readonly content: string;
  readonly outId?: string;
  readonly bizId: string;
  readonly requestId: string;
}

/** What a listing is narrowed to; every field given must agree. */
export interface LedgerFilter {
  readonly region?: string;
  readonly account?: string;
  readonly phoneNumber?: string;
  readonly templateCode?: string;
  readonly outId?: string;
  readonly bizId?: string;
}

const FIELDS = ['region', 'account', 'phoneNumber', 'templateCode', 'outId', 'bizId'] as const;

/** A page of the ledger in the order of acceptance. */
export interface LedgerPage {
  /** Texts that pass the filter, on all pages. */
  readonly total: number;
  readonly texts: readonly LedgerText[];
  /** Pass as `after` to get the next page; absent on the last one. */
  readonly nextAfter?: number;
}

/** What reached phones, over all regions and gateways; beyond its limit the oldest are dropped and counted. */
export class Ledger {
  readonly #maxTexts: number;
  #texts: LedgerText[] = [];
  #nextSeq = 1;
  #dropped = 0;
  #swallowed: string[] = [];

  constructor(maxTexts: number) {
    this.#maxTexts = maxTexts;
  }

  /** Enters a text and gives it its number. */
  add(text: Omit<LedgerText, 'seq'>): void {
    this.#texts.push({ seq: this.#nextSeq, ...text });
    this.#nextSeq += 1;
    // Dropped in blocks: taking one off the front at each text would move the whole array each time.
    if (this.#texts.length > this.#maxTexts + Math.ceil(this.#maxTexts / 10)) {
      const surplus = this.#texts.length - this.#maxTexts;
      this.#texts.splice(0, surplus);
      this.#dropped += surplus;
    }
  }

  /** Notes a request that was answered OK though its text reached nobody. */
  addSwallowed(outId: string): void {
    this.#swallowed.push(outId);
    if (this.#swallowed.length > this.#maxTexts) this.#swallowed.shift();
  }

  /** Every text held, oldest first. */
  all(filter: LedgerFilter = {}): readonly LedgerText[] {
    const fields = FIELDS.filter((field) => filter[field] !== undefined);
    if (fields.length === 0) return this.#texts;
    return this.#texts.filter((text) => fields.every((field) => text[field] === filter[field]));
  }

  /** At most `limit` texts after the text number `after`. */
  page(filter: LedgerFilter, after: number, limit: number): LedgerPage {
    const matching = this.all(filter);
    const rest = matching.filter((text) => text.seq > after);
    const texts = rest.slice(0, limit);
    const last = texts.at(-1);
    return rest.length > limit && last !== undefined
      ? { total: matching.length, texts, nextAfter: last.seq }
      : { total: matching.length, texts };
  }

  /** OutIds of requests that were answered OK and reached nobody, oldest first. */
  get swallowed(): readonly string[] {
    return this.#swallowed;
  }

  /** Texts dropped since the last clearing because the ledger was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Texts held. */
  get size(): number {
    return this.#texts.length;
  }

  /** Forgets every text; numbering goes on. */
  clear(): void {
    this.#texts = [];
    this.#swallowed = [];
    this.#dropped = 0;
  }
}

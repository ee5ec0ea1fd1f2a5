/** One row behind QuerySendDetails, as the provider keeps it. */
export interface SendRecord {
  readonly account: string;
  readonly region: string;
  /** `+` and country code. */
  readonly phoneNumber: string;
  readonly templateCode: string;
  readonly content: string;
  /** Values of the template's variables, which a masked row hides. */
  readonly values: readonly string[];
  readonly outId?: string;
  readonly bizId: string;
  /** Simulator's clock, for when the row appears. */
  readonly at: number;
  /** The region's clock, for what the row says. */
  readonly sentAt: number;
}

/** What the provider can be asked about later, found by account and number; the oldest go first beyond the limit. */
export class SendRecords {
  readonly #maxRecords: number;
  readonly #byNumber = new Map<string, SendRecord[]>();
  #order: string[] = [];

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  /** Keeps a record. */
  add(record: SendRecord): void {
    const key = keyOf(record.account, record.phoneNumber);
    const found = this.#byNumber.get(key);
    if (found === undefined) this.#byNumber.set(key, [record]);
    else found.push(record);
    this.#order.push(key);
    if (this.#order.length > this.#maxRecords + Math.ceil(this.#maxRecords / 10)) this.#shrink();
  }

  /** Records of a number in an account, oldest first. */
  of(account: string, phoneNumber: string): readonly SendRecord[] {
    return this.#byNumber.get(keyOf(account, phoneNumber)) ?? [];
  }

  /** Forgets all. */
  clear(): void {
    this.#byNumber.clear();
    this.#order = [];
  }

  #shrink(): void {
    const surplus = this.#order.length - this.#maxRecords;
    for (const key of this.#order.splice(0, surplus)) {
      const records = this.#byNumber.get(key);
      records?.shift();
      if (records?.length === 0) this.#byNumber.delete(key);
    }
  }
}

function keyOf(account: string, phoneNumber: string): string {
  return `${account}\n${phoneNumber}`;
}

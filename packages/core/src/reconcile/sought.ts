/** What an attempt looks like in the provider's records, if it was taken. */
export interface Sought {
  /** Every number of the message in E.164. */
  readonly e164: readonly string[];
  /** As it was sent: the account's own name for it. */
  readonly templateCode: string;
  /** As it was sent. */
  readonly outId: string;
  /** Whether nobody else can have sent this OutId: it is ours, or holds the message's id. */
  readonly unique: boolean;
  /** Values of the template's parameters. */
  readonly values: readonly string[];
  /** The same by number, where each gets a text of its own; one that gets several has none that tell. */
  readonly valuesByNumber?: ReadonlyMap<string, readonly string[]>;
}

/** A span of time on the provider's clock. */
export interface SentBetween {
  readonly from: number;
  readonly to: number;
}

/** What verifies who a request says it comes from. */
export interface Proof {
  readonly accessKeyId: string;
  /** `yyyy-MM-ddTHH:mm:ssZ` as sent. */
  readonly timestamp: string;
  readonly signature: string;
  /** What the signature would be, were this the key's secret. */
  readonly sign: (secret: string) => string;
}

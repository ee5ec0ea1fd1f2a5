/** Who a request says it comes from, and the proof; not yet verified. */
export interface Claim {
  readonly accessKeyId: string;
  readonly securityToken?: string;
  readonly nonce: string;
  /** `yyyy-MM-ddTHH:mm:ssZ` as sent. */
  readonly timestamp: string;
  readonly signature: string;
  /** What the signature would be, were this the key's secret. */
  readonly sign: (secret: string) => string;
  /** Goes into the refusal, as with the real gateway; holds parameters, so it is never logged. */
  readonly stringToSign: string;
}

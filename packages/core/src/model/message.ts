/** One message: one provider request, never split, merged or resent in part. */
export interface Message {
  /** As the caller wrote them, in order, without duplicates; a provider gets these unchanged. */
  readonly phoneNumbers: readonly string[];
  /** The same numbers in E.164 (`+8613800138000`), for matching alone. */
  readonly e164: readonly string[];
  readonly signName: string;
  readonly templateCode: string;
  /** Names and values of the template's variables; absent for a template without any. */
  readonly templateParam?: Readonly<Record<string, string>>;
  readonly outId?: string;
  readonly smsUpExtendCode?: string;
}

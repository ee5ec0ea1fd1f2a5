/** What one number of a batch gets; numbers stand beside it in the message, in the same order. */
export interface BatchText {
  readonly signName: string;
  readonly templateParam?: Readonly<Record<string, string>>;
  readonly smsUpExtendCode?: string;
}

/** A sign and parameters for each number (SendBatchSms): still one provider request. */
export interface MessageBatch {
  /** As many as the message has numbers. */
  readonly texts: readonly BatchText[];
  /** The JSON lists that the caller wrote, which Aliyun gets unchanged; absent: made of the texts. */
  readonly written?: {
    readonly phoneNumbers: string;
    readonly templateParams?: string;
    readonly smsUpExtendCodes?: string;
  };
}

/** The part of a message that says what its numbers get. */
interface Texts {
  readonly signName: string;
  readonly batch?: MessageBatch;
}

/** Every sign that a message's numbers see, each once. */
export function signNamesOf({ signName, batch }: Texts): readonly string[] {
  if (batch === undefined) return [signName];
  return [...new Set(batch.texts.map((text) => text.signName))];
}

/** Whether the numbers of a message get different texts, which only a request for batches can say. */
export function isMixed({ batch }: Pick<Texts, 'batch'>): boolean {
  const [first, ...others] = batch?.texts ?? [];
  return first !== undefined && others.some((other) => !sameText(first, other));
}

function sameText(one: BatchText, other: BatchText): boolean {
  const [ours, theirs] = [one.templateParam ?? {}, other.templateParam ?? {}];
  const names = Object.keys(ours);
  return (
    one.signName === other.signName &&
    one.smsUpExtendCode === other.smsUpExtendCode &&
    names.length === Object.keys(theirs).length &&
    names.every((name) => Object.hasOwn(theirs, name) && ours[name] === theirs[name])
  );
}

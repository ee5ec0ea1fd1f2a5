/** The journal did not take an attempt, or it came too late, so that it was not made. */
export class AttemptNotWritten extends Error {
  override readonly name = 'AttemptNotWritten';
  /** What stood in its way, where that was not the journal. */
  readonly forbidden: string | undefined;

  constructor(
    message: string,
    { cause, forbidden }: { readonly cause?: unknown; readonly forbidden?: string },
  ) {
    super(message, { cause });
    this.forbidden = forbidden;
  }
}

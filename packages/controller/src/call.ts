/** A command as it was called: its words, its arguments, and all options by commander's names. */
export interface Call {
  readonly command: string;
  readonly arguments: readonly (string | readonly string[] | undefined)[];
  readonly flags: Readonly<Record<string, unknown>>;
}

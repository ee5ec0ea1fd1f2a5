import type { ExitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';

/** An argument of a command, in commander's words: `<ROUTE>`, `[SEQ]`, `<CHANNEL=WEIGHT...>`. */
interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
  /** What completion offers for it. */
  readonly completes?: readonly string[];
}

/** An option of a command. */
export interface OptionDefinition {
  /** In commander's words: `-f, --file <file>`. */
  readonly flags: string;
  readonly description: string;
  /** The only values it takes. */
  readonly values?: readonly string[];
  /** May be given more than once. */
  readonly repeatable?: boolean;
}

/** One command: commander's program, the help, the completion and the reference all come from it. */
export interface CommandDefinition {
  /** Its words, e.g. `strategy apply`. */
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** What else there is to know, in sentences. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentDefinition[];
  readonly options?: readonly OptionDefinition[];
  /** Ready to run. */
  readonly examples: readonly string[];
  /** Left out of help and reference. */
  readonly hidden?: boolean;
  run(invocation: Invocation): Promise<ExitCode>;
}

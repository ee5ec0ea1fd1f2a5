import type * as z from 'zod';

/**
 * One option of a program. Its key in the table is its key in the config file (`etcdCa`); its flag (`--etcd-ca`)
 * and its variable (`WAYSTATION_ETCD_CA`) follow from it. A secret is never an option: options name files.
 */
export interface OptionDefinition<T> {
  /** `text`: one value; `list`: repeatable, several separated by commas; `switch`: without a value. */
  readonly kind: 'text' | 'list' | 'switch';
  /** What stands for the value in the help: `<file>`. */
  readonly placeholder?: string;
  /** One line, no full stop. */
  readonly description: string;
  /**
   * Reads the text (of a list: the texts; of a switch: the boolean), or undefined where nothing is given. Its
   * messages end a sentence: `must be host:port or unix:/path`.
   */
  readonly schema: z.ZodType<T>;
  /** The text that counts where nothing is given. */
  readonly fallback?: string;
  /** What the help says of a default that is no text. */
  readonly fallbackText?: string;
}

/** Options of a program, by their keys. */
export type OptionTable = Readonly<Record<string, OptionDefinition<unknown>>>;

/** The values of a table's options. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends OptionDefinition<infer Value> ? Value : never;
};

/** The three names of an option. */
export interface OptionNames {
  readonly flag: string;
  readonly variable: string;
  readonly key: string;
}

/** `etcdCa` → `--etcd-ca`, `WAYSTATION_ETCD_CA`, `etcdCa`. */
export function optionNames(key: string): OptionNames {
  const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return { flag: `--${words}`, variable: `WAYSTATION_${words.replaceAll('-', '_').toUpperCase()}`, key };
}

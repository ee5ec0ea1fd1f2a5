import { readFile } from 'node:fs/promises';

/** Which module of a bundle a line is of, by the comments that esbuild leaves. */
export class BundleModules {
  readonly #begins: readonly { readonly line: number; readonly module: string }[];

  constructor(source: string) {
    this.#begins = source
      .split('\n')
      .flatMap((text, line) =>
        /^\/\/ (?:\.\.?\/|dist\/)\S+$/u.test(text) ? [{ line, module: text.slice('// '.length) }] : [],
      );
  }

  static async read(file: string): Promise<BundleModules> {
    return new BundleModules(await readFile(file, 'utf8'));
  }

  /** Path of the module, as esbuild has it; undefined before the first. Lines count from 0. */
  at(line: number): string | undefined {
    return this.#begins.findLast((begin) => begin.line <= line)?.module;
  }
}

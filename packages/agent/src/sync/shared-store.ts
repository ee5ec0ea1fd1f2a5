import type { ConfigStore } from '@waystation/core';

/** One store for all who need it, opened by the first of them: opening costs a large import. */
export class SharedStore {
  readonly #openStore: () => Promise<ConfigStore>;
  #opening: Promise<ConfigStore> | undefined;

  constructor({ openStore }: { readonly openStore: () => Promise<ConfigStore> }) {
    this.#openStore = openStore;
  }

  /** The store; after a failure the next call tries again. */
  async open(): Promise<ConfigStore> {
    const opening = (this.#opening ??= this.#openStore());
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  /** Closes the store if it was ever opened. */
  async close(): Promise<void> {
    const store = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await store?.close();
  }
}

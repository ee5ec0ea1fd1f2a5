import type { Account, AccountKey } from '../config/simulator-config.ts';
import { AccountState } from './account-state.ts';

/** All accounts, found by name or by the key a request carries. */
export class AccountBook {
  readonly #accounts = new Map<string, AccountState>();

  constructor(accounts: Readonly<Record<string, Account>>) {
    for (const [name, account] of Object.entries(accounts)) {
      this.#accounts.set(name, new AccountState(name, account));
    }
  }

  /** Names of all accounts. */
  names(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /** The account of that name. */
  byName(name: string): AccountState | undefined {
    return this.#accounts.get(name);
  }

  /** The account and the key that an access key id belongs to. */
  byAccessKey(accessKeyId: string): { account: AccountState; key: AccountKey } | undefined {
    for (const account of this.#accounts.values()) {
      const key = account.settings.keys.find((candidate) => candidate.accessKeyId === accessKeyId);
      if (key !== undefined) return { account, key };
    }
    return undefined;
  }

  /** The account that a gateway's api key belongs to. */
  byApiKey(apiKey: string): AccountState | undefined {
    return [...this.#accounts.values()].find((account) => account.settings.apiKeys.includes(apiKey));
  }
}

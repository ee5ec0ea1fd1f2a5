import { WaystationError } from '@waystation/core';
import type {
  Clock,
  ConfigStore,
  FleetKeys,
  Override,
  Random,
  Revision,
  StoreCompare,
} from '@waystation/core';
import { eventWrites, listEvents, makeEvent } from './events.ts';
import type { EventDraft } from './events.ts';

/** etcd takes 128 operations a transaction; conditions beyond this many would leave no room. */
const maxCompares = 90;

/** Writes operators' overrides, each in one transaction with its event. */
export class OverrideRepository {
  readonly #store: ConfigStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keys: FleetKeys;
  readonly #author: string;

  constructor(
    dependencies: { readonly store: ConfigStore; readonly clock: Clock; readonly random: Random },
    options: { readonly keys: FleetKeys; readonly author: string },
  ) {
    this.#store = dependencies.store;
    this.#clock = dependencies.clock;
    this.#random = dependencies.random;
    this.#keys = options.keys;
    this.#author = options.author;
  }

  /**
   * Sets or removes a channel's override, provided that what the decision was made from (`seen`) still stands, else
   * `STRATEGY_CONFLICT`: two operators who drain two channels at once must not leave a route without any.
   * With `forMs` the override ends by itself that much later, whatever becomes of this program.
   */
  async write(
    channel: string,
    change: {
      readonly override?: Override;
      readonly forMs?: number;
      readonly seen: readonly StoreCompare[];
      readonly event: EventDraft;
    },
  ): Promise<Revision> {
    const { events } = await listEvents(this.#store, this.#keys);
    const event = makeEvent(change.event, this.#author, this.#clock.wallTime(), this.#random);
    const key = this.#keys.override(channel);
    const value = change.override === undefined ? undefined : JSON.stringify(change.override);
    const result = await this.#store.transact(change.seen.slice(0, maxCompares), [
      value === undefined ? { type: 'delete', key } : { type: 'put', key, value },
      ...eventWrites(this.#keys, event, events),
    ]);
    if (!result.committed) {
      throw new WaystationError(
        'STRATEGY_CONFLICT',
        `the strategy or an override changed while ${this.#author} changed channel ${channel}; nothing was changed: look at "wayctl status" and try again`,
      );
    }
    if (value !== undefined && change.forMs !== undefined) await this.#expire(key, value, change.forMs);
    return result.revision;
  }

  /** Puts the override once more, under a lease that nobody keeps alive once this program has ended. */
  async #expire(key: string, value: string, forMs: number): Promise<void> {
    try {
      const lease = await this.#store.lease(forMs);
      await lease.put(key, value);
    } catch (cause) {
      throw new WaystationError(
        'STORE_LEASE_LOST',
        `the override is made, but without an end: take it back by hand (${cause instanceof Error ? cause.message : String(cause)})`,
        { cause },
      );
    }
  }
}

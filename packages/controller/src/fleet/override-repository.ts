import { WaystationError } from '@waystation/core';
import type { Override, Revision, StoreCompare } from '@waystation/core';
import { eventWrites, listEvents, makeEvent } from './events.ts';
import type { EventDraft } from './events.ts';
import type { FleetWriter } from './fleet-writer.ts';

/** etcd takes 128 operations a transaction; conditions beyond this many would leave no room. */
const maxCompares = 90;

/** Writes operators' overrides, each in one transaction with its event. */
export class OverrideRepository {
  readonly #writer: FleetWriter;

  constructor(writer: FleetWriter) {
    this.#writer = writer;
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
    const { events } = await listEvents(this.#writer.store, this.#writer.keys);
    const event = makeEvent(
      change.event,
      this.#writer.author,
      this.#writer.clock.wallTime(),
      this.#writer.random,
    );
    const key = this.#writer.keys.override(channel);
    const value = change.override === undefined ? undefined : JSON.stringify(change.override);
    const result = await this.#writer.store.transact(change.seen.slice(0, maxCompares), [
      value === undefined ? { type: 'delete', key } : { type: 'put', key, value },
      ...eventWrites(this.#writer.keys, event, events),
    ]);
    if (!result.committed) {
      throw new WaystationError(
        'STRATEGY_CONFLICT',
        `the strategy or an override changed while ${this.#writer.author} changed channel ${channel}; nothing was changed: look at "wayctl status" and try again`,
      );
    }
    if (value !== undefined && change.forMs !== undefined) await this.#expire(key, value, change.forMs);
    return result.revision;
  }

  /** Puts the override once more, under a lease that nobody keeps alive, this program neither. */
  async #expire(key: string, value: string, forMs: number): Promise<void> {
    try {
      const lease = await this.#writer.store.lease(forMs, { keepAlive: false });
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

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
   * With `forMs` the override ends by itself that much later, whatever becomes of this program: its lease is granted before, and used in the same
   * transaction.
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
    const lease =
      value === undefined || change.forMs === undefined
        ? undefined
        : // Nobody keeps it alive, this program neither.
          await this.#writer.store.lease(change.forMs, { keepAlive: false });
    const result = await this.#writer.store.transact(change.seen.slice(0, maxCompares), [
      value === undefined
        ? { type: 'delete', key }
        : { type: 'put', key, value, ...(lease !== undefined && { lease: lease.id }) },
      ...eventWrites(this.#writer.keys, event, events),
    ]);
    if (!result.committed) {
      // Without a key it holds nothing; where it cannot be ended now it runs out.
      await lease?.revoke().catch(() => undefined);
      throw new WaystationError(
        'STRATEGY_CONFLICT',
        `the strategy or an override changed while ${this.#writer.author} changed channel ${channel}; nothing was changed: look at "wayctl status" and try again`,
      );
    }
    return result.revision;
  }
}

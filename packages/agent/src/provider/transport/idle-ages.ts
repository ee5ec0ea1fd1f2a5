import type { Endpoint } from '@waystation/core';
import { IdleAge } from './idle-age.ts';

/** What was learnt of each host's idle connections, for as long as somebody holds it: a channel that is open. */
export class IdleAges {
  readonly #ages = new Map<string, WeakRef<IdleAge>>();
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    if (this.#ages.get(key)?.deref() === undefined) this.#ages.delete(key);
  });

  /** What all channels of the endpoint's host share, with TLS and without it apart. Asked when a channel is opened. */
  of({ protocol, host }: Pick<Endpoint, 'protocol' | 'host'>): IdleAge {
    const key = `${protocol}://${host}`;
    const known = this.#ages.get(key)?.deref();
    if (known !== undefined) return known;
    const age = new IdleAge();
    this.#ages.set(key, new WeakRef(age));
    this.#forgotten.register(age, key);
    return age;
  }
}

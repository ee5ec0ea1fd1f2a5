import { DeliveryQueue } from '@waystation/core';
import type { Clock, Delivery, DeliveryTask, Instant, Random } from '@waystation/core';
import type { KeptDelivery } from '../journal/kept-delivery.ts';
import type { SendResult } from '../send/send-result.ts';

/** The messages that wait or are being tried, none of them twice. */
export class WaitingMessages {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #queue = new DeliveryQueue();
  /** Of the messages in the queue or being tried. */
  readonly #names = new Set<string>();

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** How many wait; one that is being tried does not. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Whether none waits and none is being tried. */
  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** The first time that runs out among those that wait, in wall-clock ms. */
  get earliest(): number | undefined {
    return this.#queue.earliest;
  }

  /** Takes up a message that the last process left; it may be tried at once. */
  takeUp(delivery: KeptDelivery): void {
    this.#names.add(delivery.name);
    this.#queue.add({ ...delivery, tries: 0 }, this.#clock.now());
  }

  /** Takes up a message that was tried in vain for the first time; answers whether it was new here. */
  add(delivery: KeptDelivery, result: SendResult): boolean {
    if (this.#names.has(delivery.name)) return false;
    this.#names.add(delivery.name);
    this.putBack({ ...delivery, tries: 0 }, result);
    return true;
  }

  /** What is to be done now; a message that is to be sent or has expired waits no longer. */
  next(at: Instant, wallTime: number): DeliveryTask {
    return this.#queue.next(at, wallTime);
  }

  /** Uses up the place of one try in the pace. */
  spend(at: Instant, perSecond: number): void {
    this.#queue.spend(at, perSecond);
  }

  /** Lets a message wait until `at` that was not tried when its turn came. */
  putOff(delivery: Delivery, at: Instant): void {
    this.#queue.add(delivery, at);
  }

  /** Takes a message back that was tried in vain: it waits longer each time, and as long as it was told. */
  putBack(delivery: Delivery, result: SendResult | undefined): void {
    const retryAfterMs = result && 'retryAfterMs' in result ? result.retryAfterMs : 0;
    const [at, wallTime] = [this.#clock.now(), this.#clock.wallTime()];
    this.#queue.addAgain(delivery, { at, wallTime, retryAfterMs, random: this.#random });
  }

  /** Forgets a message that has left the queue and is over. */
  forget({ name }: Delivery): void {
    this.#names.delete(name);
  }
}

import type { Alarm } from './alarm.ts';

/** One of a ring of links; alone, it is linked to itself. */
class Link {
  previous: Link = this;
  next: Link = this;

  unlink(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this;
    this.next = this;
  }
}

/** An alarm in its list. */
export class ListedAlarm extends Link implements Alarm {
  readonly tick: number;
  #ring: (() => void) | undefined;

  constructor(tick: number, ring: () => void) {
    super();
    this.tick = tick;
    this.#ring = ring;
  }

  cancel(): void {
    this.#ring = undefined;
    this.unlink();
  }

  /** Rings it once; without effect where it was called off. */
  ring(): void {
    const ring = this.#ring;
    this.cancel();
    ring?.();
  }
}

/** The alarms of one slot of a wheel, in the order in which they were set. */
export class AlarmList {
  readonly #ends = new Link();

  get empty(): boolean {
    return this.#ends.next === this.#ends;
  }

  add(alarm: ListedAlarm): void {
    const last = this.#ends.previous;
    alarm.previous = last;
    alarm.next = this.#ends;
    last.next = alarm;
    this.#ends.previous = alarm;
  }

  /** Takes out those up to a tick, which still may be called off. */
  takeUpTo(tick: number): ListedAlarm[] {
    const found: ListedAlarm[] = [];
    for (let link = this.#ends.next; link !== this.#ends; link = link.next) {
      if (link instanceof ListedAlarm && link.tick <= tick) found.push(link);
    }
    for (const alarm of found) alarm.unlink();
    return found;
  }
}

import type { CallFacts } from '../endpoint-call.ts';
import type { Dice } from './dice.ts';
import { seededDice } from './dice.ts';
import type { FaultSpec, ListenerFault, RequestFault } from './fault-spec.ts';
import { isListenerFault } from './fault-spec.ts';

/** A fault in force, as the control API shows it. */
export interface ActiveFault {
  readonly id: string;
  readonly spec: FaultSpec;
  /** Epoch milliseconds, the simulator's clock. */
  readonly since: number;
  /** When it ends by itself; absent when it does not. */
  readonly until?: number;
  /** How often it struck. */
  readonly strikes: number;
}

interface Entry {
  readonly id: string;
  readonly spec: FaultSpec;
  readonly since: number;
  readonly until: number;
  readonly dice: Dice;
  strikes: number;
}

/** The faults in force, in the order they were set; for a request the first that matches strikes. */
export class FaultTable {
  readonly #seed: number;
  readonly #entries = new Map<string, Entry>();
  #nextId = 1;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Puts a fault in force and returns its id. */
  add(spec: FaultSpec, at: number): string {
    const id = `f${this.#nextId}`;
    const seed = (isListenerFault(spec) ? undefined : spec.seed) ?? this.#seed + this.#nextId;
    this.#nextId += 1;
    const until = at + (spec.forMs ?? Infinity);
    this.#entries.set(id, { id, spec, since: at, until, dice: seededDice(seed), strikes: 0 });
    return id;
  }

  /** Ends a fault; false when there is none of that id. */
  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  /** Ends every fault. */
  clear(): void {
    this.#entries.clear();
  }

  /** The fault that strikes this request, if any; it is counted as struck. */
  strike(
    region: string,
    factsOf: () => CallFacts,
    at: number,
  ): { id: string; spec: RequestFault } | undefined {
    let facts: CallFacts | undefined;
    for (const entry of this.#entries.values()) {
      const { spec } = entry;
      if (isListenerFault(spec) || at >= entry.until) continue;
      if (spec.region !== '*' && spec.region !== region) continue;
      facts ??= factsOf();
      if (!matches(spec, facts) || entry.dice() >= spec.share) continue;
      entry.strikes += 1;
      if (spec.count !== undefined && entry.strikes >= spec.count) this.#entries.delete(entry.id);
      return { id: entry.id, spec };
    }
    return undefined;
  }

  /** The newest fault of a region's listener, if any. */
  listenerFault(region: string, at: number): ListenerFault | undefined {
    return [...this.#entries.values()]
      .filter((entry) => at < entry.until)
      .map((entry) => entry.spec)
      .filter(isListenerFault)
      .findLast((spec) => spec.region === '*' || spec.region === region);
  }

  /** Every fault in force; those whose time is over are forgotten. */
  list(at: number): readonly ActiveFault[] {
    for (const entry of this.#entries.values()) {
      if (at >= entry.until) this.#entries.delete(entry.id);
    }
    return [...this.#entries.values()].map(({ id, spec, since, until, strikes }) => ({
      id,
      spec,
      since,
      ...(until === Infinity ? {} : { until }),
      strikes,
    }));
  }
}

function matches(spec: RequestFault, facts: CallFacts): boolean {
  const { match } = spec;
  return (
    (match.action === undefined || match.action === facts.action) &&
    (match.account === undefined || match.account === facts.account) &&
    (match.phoneNumber === undefined || facts.phoneNumbers.includes(match.phoneNumber)) &&
    (match.signName === undefined || match.signName === facts.signName) &&
    (match.templateCode === undefined || match.templateCode === facts.templateCode) &&
    (match.outId === undefined || match.outId === facts.outId)
  );
}

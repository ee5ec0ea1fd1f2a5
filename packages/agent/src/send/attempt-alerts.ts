import type { Candidate, Clock, Instant, Outcome, OutcomeClass } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';

/** Outcomes that last until a person acts. */
const needsPerson: ReadonlySet<OutcomeClass> = new Set(['misconfigured', 'account', 'unprovisioned']);

const quietMs = 60_000;
const maxTracked = 1000;

/** Tells operators of attempts that failed for a reason only they can mend: each at most once a minute. */
export class AttemptAlerts {
  readonly #clock: Clock;
  readonly #log: AgentLogger;
  readonly #toldAt = new Map<string, Instant>();

  constructor({ clock, log }: { readonly clock: Clock; readonly log: AgentLogger }) {
    this.#clock = clock;
    this.#log = log;
  }

  tell({ channel, account }: Candidate, outcome: Outcome): void {
    if (!needsPerson.has(outcome.class)) return;
    const { class: outcomeClass, code, reason } = outcome;
    const key = JSON.stringify([channel, outcomeClass, code]);
    const now = this.#clock.now();
    const told = this.#toldAt.get(key);
    if (told !== undefined && now - told < quietMs) return;
    // The oldest are told again first; that many different ones at once are no longer read one by one.
    if (this.#toldAt.size >= maxTracked) this.#toldAt.clear();
    this.#toldAt.set(key, now);
    this.#log.error(
      { channel, account, outcome: outcomeClass, code, reason },
      'attempts fail until someone acts',
    );
  }
}

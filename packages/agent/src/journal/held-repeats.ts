import type { Clock } from '@waystation/core';
import { pause } from '../pause.ts';
import type { HeldPlaced } from './held-placed.ts';
import { searchesFor } from './held-searches.ts';
import type { HeldSearches } from './held-searches.ts';
import { withoutRecords } from './journal-entry.ts';
import type { JournalStock } from './journal-stock.ts';
import { damaged, replayOf } from './key-answers.ts';
import { lookUp } from './look-up.ts';
import { isSpent } from './same-message.ts';
import { standing } from './standing.ts';
import type { HeldBefore } from './run-facts.ts';
import { over } from './written-runs.ts';
import type { Names, Taken, WrittenMessage, WrittenRuns } from './written-runs.ts';

/** What repeats are answered with. */
export interface HeldRepeatsDependencies {
  readonly clock: Clock;
  readonly held: Pick<HeldSearches, 'resultOf' | 'stop'>;
  readonly runs: Pick<WrittenRuns, 'run'>;
}

/** Answers whoever repeats a message that is held as unknown. */
export class HeldRepeats {
  readonly #dependencies: HeldRepeatsDependencies;

  constructor(dependencies: HeldRepeatsDependencies) {
    this.#dependencies = dependencies;
  }

  /** By what the message's own route said when it was sent. */
  async takeUp(stock: JournalStock, repeat: WrittenMessage, names: Names, found: HeldPlaced): Promise<Taken> {
    const { clock, held } = this.#dependencies;
    const { entry } = found;
    const { rule } = entry;
    if (rule?.onUnknownOutcome === 'resend') {
      await held.stop(names.name);
      return this.#again(stock, repeat, names);
    }
    if (rule === undefined || !searchesFor(entry)) return over(entry.result);
    const waitMs = Math.max(0, repeat.deadline - clock.now());
    const done = new AbortController();
    const late = pause(waitMs, [done.signal]).then(() => undefined);
    const asked = held.resultOf(stock, names.name, found, repeat.deadline);
    const result = await Promise.race([asked, late]);
    done.abort();
    if (result === undefined) return over(entry.result);
    if (result.kind === 'unknown') {
      return rule.afterInconclusive === 'resend' ? this.#again(stock, repeat, names) : over(result);
    }
    if (result.kind !== 'no-channel' || rule.afterReconcile !== 'resend') return over(replayOf(result));
    const absent = { ...entry, attempts: withoutRecords(entry.attempts) };
    return this.#again(stock, repeat, names, { entry: absent });
  }

  /** Sends again what may have been sent, unless it is known by now. `gone`: what is known of it where nothing stands. */
  async #again(stock: JournalStock, repeat: WrittenMessage, names: Names, gone?: HeldBefore): Promise<Taken> {
    const { runs, clock } = this.#dependencies;
    const { name } = names;
    const found = lookUp(stock, name);
    if (found === 'damaged') return over(damaged(repeat.id));
    if (found === undefined) return runs.run(stock, repeat, names, gone);
    const { entry, place } = found;
    if (entry.state === 'held') return runs.run(stock, repeat, names, { entry, place });
    if (!isSpent(entry, undefined, clock.wallTime())) return over(replayOf(standing(found)));
    // Its end came meanwhile, and nobody was texted: this is a message of its own, once that is written.
    const idle = stock.idle(name);
    if (idle !== undefined) return idle.then(() => this.#again(stock, repeat, names, gone));
    await stock.remove(name, entry.id, place);
    return runs.run(stock, repeat, names);
  }
}

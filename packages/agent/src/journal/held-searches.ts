import type { Clock, MessageSearchEnd } from '@waystation/core';
import type { Deliveries } from '../deliver/deliveries.ts';
import { maskNumber } from '../log/mask-numbers.ts';
import type { PastAttempt, PastSearch } from '../reconcile/past-search.ts';
import type { SendResult } from '../send/send-result.ts';
import type { PlacedEntry } from './entry-place.ts';
import type { HeldPlaced } from './held-placed.ts';
import { isOpenAttempt } from './journal-entry.ts';
import type { DoneEntry, HeldEntry, JournalAttempt } from './journal-entry.ts';
import { JournalDamage } from './journal-damage.ts';
import type { JournalStock } from './journal-stock.ts';
import { lookUp } from './look-up.ts';
import { isStillHeld, standing } from './standing.ts';
import { notYetOver } from './told-of-run.ts';
import { waitAgain } from './wait-again.ts';

/** What searching for held messages needs. */
export interface HeldSearchesDependencies {
  readonly clock: Clock;
  /** Absent: nobody searches, and what is unknown stays so. */
  readonly past?: () => PastSearch;
  /** Absent: nothing is sent later. */
  readonly deliveries?: Pick<Deliveries, 'hasRoom' | 'add'>;
}

/** A search for a held message, and what its message is once it is over and written. */
interface Running {
  readonly result: Promise<SendResult>;
  /** Absent: it is not ours to end. */
  stop?(): void;
}

/** Searches at once after a start; the others wait for these. */
const atOnce = 100;
/** How long a request is taken to be on its way where no version said so. */
const unsaidLastsMs = 60_000;

/** The searches for messages that the journal holds as unknown: one a message at a time. */
export class HeldSearches {
  readonly #dependencies: HeldSearchesDependencies;
  readonly #running = new Map<string, Running>();
  #recovering: string[] = [];

  constructor(dependencies: HeldSearchesDependencies) {
    this.#dependencies = dependencies;
  }

  /** Everybody who asks for this message waits for the result that its own sending will still have. */
  adopt(name: string, result: Promise<SendResult>): void {
    this.#note(name, { result });
  }

  /**
   * What becomes of a held message: by the search that is under way, else by a new one. `wantedBy`: the deadline of a
   * caller who waits.
   */
  resultOf(
    stock: JournalStock,
    name: string,
    { entry, place }: HeldPlaced,
    wantedBy?: number,
  ): Promise<SendResult> {
    const known = this.#running.get(name);
    if (known !== undefined) return known.result;
    const { past } = this.#dependencies;
    if (past === undefined) return Promise.resolve(entry.result);
    const { id, payload, attempts } = entry;
    const open = attempts.filter(isOpenAttempt).map(pastAttemptOf);
    const wanted = wantedBy === undefined ? {} : { wantedBy };
    const search = past().search({ id, message: payload.message, attempts: open, ...wanted });
    const result = search.end.then((end) => this.#settle(stock, name, { entry, place }, end));
    const stop = (): void => {
      search.stop();
    };
    this.#note(name, { result, stop });
    return result;
  }

  /** Whether a message is being searched for. */
  searches(name: string): boolean {
    return this.#running.has(name);
  }

  /** Ends the search for a message, which is sent again. One that its own sending still has may go on beside it. */
  async stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running?.stop === undefined) return;
    running.stop();
    await running.result;
  }

  /** Searches for every held message whose route wants that; resolves when all are over. */
  async recover(stock: JournalStock): Promise<void> {
    const names = [...stock.held()];
    this.#recovering = names;
    const worker = async (): Promise<void> => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) {
        const found = heldOf(stock, name);
        if (found !== undefined && searchesFor(found.entry)) await this.resultOf(stock, name, found);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  /** Begins no further search that `recover` still has before it. */
  endRecovery(): void {
    this.#recovering.splice(0);
  }

  #note(name: string, running: Running): void {
    this.#running.set(name, running);
    const over = (): void => {
      if (this.#running.get(name) === running) this.#running.delete(name);
    };
    running.result.then(over, over);
  }

  async #settle(
    stock: JournalStock,
    name: string,
    { entry, place }: HeldPlaced,
    end: MessageSearchEnd,
  ): Promise<SendResult> {
    if (end.kind === 'inconclusive') {
      return {
        ...entry.result,
        ...('reason' in entry.result && { reason: `${entry.result.reason}; ${end.reason}` }),
      };
    }
    for (let idle = stock.idle(name); idle !== undefined; idle = stock.idle(name)) await idle;
    const now = lookUp(stock, name);
    if (now === 'damaged') return entry.result;
    const gone = now && goneOn(entry, now, end);
    if (gone !== undefined) return gone;
    const { id, digest, payload } = entry;
    const numbers = payload.message.phoneNumbers.map(maskNumber);
    const over = { state: 'done' as const, id, numbers, endedAt: this.#dependencies.clock.wallTime() };
    if (end.kind === 'found') {
      const result = foundResult(entry, end.channel);
      await stock.settle(name, { ...over, digest, result } satisfies DoneEntry, place);
      return result;
    }
    const result = absentResult(entry);
    const { deliveries, clock } = this.#dependencies;
    const waiting = { stock, deliveries, wallTime: clock.wallTime() };
    const waits = now && (await waitAgain(name, { entry, place }, result, waiting));
    if (waits !== undefined) return waits;
    // The key is free; what became of the message is still shown by its id: one write, so that no crash parts them.
    const shown: DoneEntry = { ...over, digest: '', result };
    if (name === `id ${id}`) await stock.settle(name, shown, place);
    else await Promise.all([stock.remove(name, id, place), stock.settle(`id ${id}`, shown)]);
    // The next start would send it.
    return entry.deliverBy === undefined || stock.isSaved(name) ? result : notYetOver(result);
  }
}

/**
 * What is told where the message was sent again meanwhile, is over, or its name has gone to another one; undefined: this
 * end is to be written, since nothing of that is so, or since it is certain.
 */
function goneOn(entry: HeldEntry, now: PlacedEntry, end: MessageSearchEnd): SendResult | undefined {
  if (isStillHeld(now.entry, entry)) return undefined;
  const isOfAnother = now.entry.id !== entry.id;
  if (end.kind !== 'found') return isOfAnother ? absentResult(entry) : standing(now);
  if (isOfAnother) return foundResult(entry, end.channel);
  return now.entry.state === 'done' ? standing(now) : undefined;
}

/** The held message of a name; undefined where there is none, or it cannot be read. */
function heldOf(stock: JournalStock, name: string): HeldPlaced | undefined {
  try {
    const found = stock.get(name);
    return found?.entry.state === 'held' ? { entry: found.entry, place: found.place } : undefined;
  } catch (error) {
    if (error instanceof JournalDamage) return undefined;
    throw error;
  }
}

/** Whether a message's route wants the provider asked. */
export function searchesFor({ rule }: HeldEntry): boolean {
  return rule !== undefined && rule.onUnknownOutcome !== 'fail';
}

function pastAttemptOf(attempt: JournalAttempt): PastAttempt {
  const { channel, host, account, outId, unique = false, templateCode = '', startedAt } = attempt;
  const { started, ended, lastsMs = unsaidLastsMs } = attempt;
  return {
    candidate: { channel, host, account },
    ...{ outId, unique, templateCode, startedAt, lastsMs },
    ...(started && { started }),
    ...(ended && { ended }),
  };
}

function foundResult(entry: HeldEntry, channel: string): SendResult {
  const { id, revision, route, attempts } = entry.result;
  return {
    ...{ id, revision, ...(route !== undefined && { route }) },
    kind: 'accepted',
    channel,
    attempts: attempts.map((attempt) =>
      attempt.outcome === 'unknown' && attempt.channel === channel
        ? { ...attempt, searched: 'found' }
        : attempt,
    ),
  };
}

function absentResult(entry: HeldEntry): SendResult {
  const { id, revision, route, attempts } = entry.result;
  return {
    ...{ id, revision, ...(route !== undefined && { route }) },
    kind: 'no-channel',
    reason: 'nothing was sent: the provider has no record of it',
    retryAfterMs: 1000,
    attempts: attempts.map((attempt) =>
      attempt.outcome === 'unknown' ? { ...attempt, searched: 'absent' } : attempt,
    ),
  };
}

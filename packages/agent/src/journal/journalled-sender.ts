import type { Message, Strategy } from '@waystation/core';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { aliyunBizId, idOfGatewayBizId } from '../http/sent-message.ts';
import type { SentMessage } from '../http/sent-message.ts';
import { pause } from '../pause.ts';
import type { PastSearch } from '../reconcile/past-search.ts';
import { newMessageId } from '../send/message-id.ts';
import type { SendResult } from '../send/send-result.ts';
import { Claims } from './claims.ts';
import type { Claim } from './claims.ts';
import { HeldRepeats } from './held-repeats.ts';
import { HeldSearches } from './held-searches.ts';
import type { HeldEntry } from './journal-entry.ts';
import type { JournalStock } from './journal-stock.ts';
import type { Journal, OpenedJournal } from './journal.ts';
import { damaged, inProgress, noJournal, replayOf, reused } from './key-answers.ts';
import { lookUp } from './look-up.ts';
import { standing } from './standing.ts';
import { unknownEntry } from './told-of-run.ts';
import { payloadText } from './payload-text.ts';
import { impliedKey, isSpent, SameMessages } from './same-message.ts';
import { over, WrittenRuns } from './written-runs.ts';
import type { Taken, WrittenMessage, WrittenRunsDependencies } from './written-runs.ts';

/** What sending with keys is built on. */
export interface JournalledSenderDependencies extends WrittenRunsDependencies {
  readonly journal: Pick<Journal, 'opened' | 'openNow'>;
  /** The strategy in force; absent while there is none. */
  readonly strategy: () => Strategy | undefined;
  /** Searches for what is held as unknown; absent: it stays so. */
  readonly past?: () => PastSearch;
}

type Keyed = WrittenMessage & { readonly key: string };

/** While there is no strategy, nobody waits longer than this. */
const waitWithoutStrategyMs = 8000;

/** A sender that keeps what a key promises: at most one text, through crashes and retries. */
export class JournalledSender implements MessageSender {
  readonly #dependencies: JournalledSenderDependencies;
  readonly #claims: Claims;
  readonly #ending = new Set<Promise<unknown>>();
  readonly #held: HeldSearches;
  readonly #runs: WrittenRuns;
  readonly #repeats: HeldRepeats;
  readonly #same = new SameMessages();
  #recovering = false;

  constructor(dependencies: JournalledSenderDependencies) {
    this.#dependencies = dependencies;
    this.#claims = new Claims(dependencies.clock);
    this.#held = new HeldSearches(dependencies);
    this.#runs = new WrittenRuns(dependencies, {
      held: this.#held,
      onWrite: (write) => {
        this.#untilEnd(write);
      },
    });
    const { clock } = dependencies;
    this.#repeats = new HeldRepeats({ clock, held: this.#held, runs: this.#runs });
  }

  /** A message that waited was sent, and its end is not known yet: whoever asks for it waits for this one. */
  adopt(name: string, end: Promise<SendResult>): void {
    this.#held.adopt(name, end);
  }

  /** Searches once for what an earlier process left open; does nothing before there is a strategy to ask by. */
  async recover(): Promise<void> {
    const { journal, strategy, past } = this.#dependencies;
    if (this.#recovering || past === undefined || strategy() === undefined) return;
    this.#recovering = true;
    const opened = await journal.opened();
    if (!opened.open) {
      this.#recovering = false;
      return;
    }
    const recovered = this.#held.recover(opened.stock);
    this.#untilEnd(recovered);
    await recovered;
  }

  send(message: Message, options: SendOptions): Promise<SendResult> {
    if (options.idempotencyKey !== undefined) return this.#keyed(message, options);
    const withinMs = this.#same.withinMs(this.#dependencies.strategy(), message, options.route);
    if (withinMs > 0) return this.#keyed(message, options, withinMs);
    return options.deliverBy === undefined ? this.#unkeyed(message, options) : this.#timed(message, options);
  }

  /** What is known of a message, as long as the journal keeps it. */
  async find(id: string): Promise<SendResult | undefined> {
    if (this.#claims.has(id)) return inProgress(id);
    const opened = await this.#dependencies.journal.opened();
    const found = opened.open ? opened.stock.find(id) : undefined;
    return found && standing(found);
  }

  /** What the journal knows of a message that was taken, by the BizId that its sender was told. */
  async findSent(bizId: string): Promise<SentMessage | undefined> {
    const opened = await this.#dependencies.journal.opened();
    if (!opened.open) return undefined;
    const own = idOfGatewayBizId(bizId);
    const placed = own === undefined ? opened.stock.findByBizId(bizId) : opened.stock.find(own);
    const entry = placed?.entry;
    if (entry?.state !== 'done' || entry.result.kind !== 'accepted') return undefined;
    const { id, channel } = entry.result;
    const fits = aliyunBizId(entry.result) === (own === undefined ? bizId : undefined);
    return fits ? { id, channel, numbers: entry.numbers } : undefined;
  }

  /** Waits until everything that has ended is written. */
  async settled(): Promise<void> {
    this.#held.endRecovery();
    await Promise.allSettled([this.#claims.settled(), ...this.#ending]);
  }

  async #unkeyed(message: Message, options: SendOptions): Promise<SendResult> {
    let kept: Promise<void> = Promise.resolve();
    const onLate = (late: SendResult): void => {
      options.onLate?.(late);
      this.#untilEnd(kept.then(() => this.#keepUnknown(message, late)));
    };
    const result = await this.#dependencies.sender.send(message, { ...options, onLate });
    if (result.kind !== 'unknown') return result;
    kept = this.#keepUnknown(message, result);
    this.#untilEnd(kept);
    return result;
  }

  /** A message without a key that may be sent later stands in the journal under its id. */
  async #timed(message: Message, options: SendOptions): Promise<SendResult> {
    const { clock } = this.#dependencies;
    const { timeoutMs = this.#totalMs(), route } = options;
    const deadline = clock.now() + timeoutMs;
    const id = newMessageId(clock.wallTime());
    const opened = this.#dependencies.journal.openNow ?? (await this.#opened(deadline));
    if (!opened.open) return noJournal(id, opened.reason);
    const payload = payloadText(message, route);
    const written = { payload, id, message, options, deadline };
    const names = { name: `id ${id}`, digest: '' };
    const { result, saved } = await this.#runs.run(opened.stock, written, names);
    if (saved !== undefined) this.#untilEnd(saved);
    return result;
  }

  #totalMs(): number {
    return this.#dependencies.strategy()?.timeouts.totalMs ?? waitWithoutStrategyMs;
  }

  /** The journal, where it is open before the deadline. */
  async #opened(deadline: number): Promise<OpenedJournal> {
    const { journal, clock } = this.#dependencies;
    const done = new AbortController();
    const late = pause(Math.max(0, deadline - clock.now()), [done.signal]).then(
      () => ({ open: false, reason: 'the journal is still being opened' }) as const,
    );
    const opened = await Promise.race([journal.opened(), late]);
    done.abort();
    return opened;
  }

  #untilEnd(work: Promise<unknown>): void {
    const ending: Promise<unknown> = work.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #keepUnknown(message: Message, result: SendResult): Promise<void> {
    const opened = await this.#dependencies.journal.opened();
    if (!opened.open || !opened.stock.makeRoom(0)) return;
    const entry = unknownEntry({ message }, result, this.#dependencies.clock.wallTime());
    const name = `id ${result.id}`;
    await opened.stock.settle(name, entry, opened.stock.get(name)?.place);
  }

  /** Everything up to the claim happens at once: two with one key never both find it free. */
  #keyed(message: Message, options: SendOptions, withinMs?: number, waited = false): Promise<SendResult> {
    const { clock } = this.#dependencies;
    const { timeoutMs = this.#totalMs(), route } = options;
    const deadline = clock.now() + timeoutMs;
    const payload = payloadText(message, route);
    // A message that is like others has them for its key.
    const key = options.idempotencyKey ?? impliedKey(payload);
    const claimed = this.#claims.get(key);
    if (claimed !== undefined) {
      const again = (leftMs: number) =>
        waited ? undefined : this.#keyed(message, { ...options, timeoutMs: leftMs }, withinMs, true);
      return this.#claims.wait(claimed, payload, deadline, again);
    }
    const id = newMessageId(clock.wallTime());
    const keyed = { key, payload, id, message, options, deadline };
    return this.#claims.take(key, { id, payload }, (claim) => this.#take(keyed, claim, withinMs));
  }

  /**
   * Decides by what the journal knows of the key, and sends where it is free. `withinMs`: how long messages like this
   * one are it; absent where a caller's key says which are.
   */
  async #take(keyed: Keyed, claim: Claim, withinMs: number | undefined): Promise<Taken> {
    const { key, payload, id, deadline } = keyed;
    const opened = this.#dependencies.journal.openNow ?? (await this.#opened(deadline));
    if (!opened.open) return over(noJournal(id, opened.reason));
    const { stock } = opened;
    const { name, digest } = stock.placeOf(key, payload);
    const found = lookUp(stock, name);
    if (found === 'damaged') return over(damaged(id));
    if (found === undefined) return this.#runs.run(stock, keyed, { name, digest });
    const spent = isSpent(found.entry, withinMs, this.#dependencies.clock.wallTime());
    // While somebody still asks what became of a message, it stands for those like it; one with its end needs nobody.
    if (spent && (found.entry.state === 'done' || !this.#held.searches(name))) {
      const idle = stock.idle(name);
      if (idle !== undefined) return idle.then(() => this.#take(keyed, claim, withinMs));
      // Begun in one turn, and in this order, they are on the disk both or not at all.
      await Promise.all([
        stock.remove(name, found.entry.id, found.place),
        ...(found.entry.state === 'held' ? [showById(stock, found.entry)] : []),
      ]);
      return this.#runs.run(stock, keyed, { name, digest });
    }
    claim.id = found.entry.id;
    if (found.entry.digest !== digest) return over(reused(found.entry.id));
    if (found.entry.state !== 'held') return over(replayOf(standing(found)));
    return this.#repeats.takeUp(stock, keyed, { name, digest }, { entry: found.entry, place: found.place });
  }
}

/** What nobody knows of a message whose name goes to another one stays to be found by its id. */
async function showById(stock: JournalStock, { payload, result, endedAt }: HeldEntry): Promise<void> {
  await stock.settle(`id ${result.id}`, unknownEntry(payload, result, endedAt));
}

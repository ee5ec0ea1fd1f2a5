import type { Message, Strategy } from '@waystation/core';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { aliyunBizId, idOfGatewayBizId } from '../http/sent-message.ts';
import type { SentMessage } from '../http/sent-message.ts';
import { pause } from '../pause.ts';
import type { PastSearch } from '../reconcile/past-search.ts';
import { newMessageId } from '../send/message-id.ts';
import type { SendResult } from '../send/send-result.ts';
import { HeldSearches, searchesFor } from './held-searches.ts';
import type { HeldPlaced } from './held-placed.ts';
import { withoutRecords } from './journal-entry.ts';
import type { HeldEntry } from './journal-entry.ts';
import { JournalDamage } from './journal-file.ts';
import type { PlacedEntry } from './entry-place.ts';
import type { JournalStock } from './journal-stock.ts';
import type { Journal, OpenedJournal } from './journal.ts';
import { pendingResult } from './keep-until.ts';
import { damaged, inProgress, noJournal, replayOf, reused } from './key-answers.ts';
import { unknownEntry } from './message-run.ts';
import { payloadText } from './payload-text.ts';
import { impliedKey, isSpent, SameMessages } from './same-message.ts';
import { over, WrittenRuns } from './written-runs.ts';
import type { Names, Taken, WrittenMessage, WrittenRunsDependencies } from './written-runs.ts';

/** What sending with keys is built on. */
export interface JournalledSenderDependencies extends WrittenRunsDependencies {
  readonly journal: Pick<Journal, 'opened'>;
  /** The strategy in force; absent while there is none. */
  readonly strategy: () => Strategy | undefined;
  /** Searches for what is held as unknown; absent: it stays so. */
  readonly past?: () => PastSearch;
}

/** A key in use: by the first caller that came with it. */
interface Claim {
  id: string;
  readonly payload: string;
  result: Promise<SendResult>;
  /** Resolved once the key's end is written and the claim gone. */
  freed: Promise<void>;
}

interface Keyed extends WrittenMessage {
  readonly key: string;
  /** How long messages like this one are it, in ms; absent where a caller's key says which are. */
  readonly withinMs?: number;
}

/** In place of a claim's result until the claim is made. */
const pending = new Promise<never>(() => undefined);

/** While there is no strategy, nobody waits longer than this. */
const waitWithoutStrategyMs = 8000;

/** A sender that keeps what a key promises: at most one text, through crashes and retries. */
export class JournalledSender implements MessageSender {
  readonly #dependencies: JournalledSenderDependencies;
  readonly #claims = new Map<string, Claim>();
  readonly #ending = new Set<Promise<unknown>>();
  readonly #held: HeldSearches;
  readonly #runs: WrittenRuns;
  readonly #same = new SameMessages();
  #recovering = false;

  constructor(dependencies: JournalledSenderDependencies) {
    this.#dependencies = dependencies;
    this.#held = new HeldSearches(dependencies);
    this.#runs = new WrittenRuns(dependencies, {
      held: this.#held,
      onWrite: (write) => {
        this.#untilEnd(write);
      },
    });
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

  async send(message: Message, options: SendOptions): Promise<SendResult> {
    const { idempotencyKey: key, ...rest } = options;
    if (key !== undefined) return this.#keyed({ key }, message, rest);
    const withinMs = this.#same.withinMs(this.#dependencies.strategy(), message, options.route);
    if (withinMs > 0) return this.#keyed({ withinMs }, message, rest);
    return rest.deliverBy === undefined ? this.#unkeyed(message, rest) : this.#timed(message, rest);
  }

  /** What is known of a message, as long as the journal keeps it. */
  async find(id: string): Promise<SendResult | undefined> {
    for (const claim of this.#claims.values()) if (claim.id === id) return inProgress(id);
    const opened = await this.#dependencies.journal.opened();
    const entry = opened.open ? opened.stock.find(id)?.entry : undefined;
    return entry?.state === 'open' ? (pendingResult(entry) ?? inProgress(id)) : entry?.result;
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
    await Promise.allSettled([...this.#ending]);
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
    const opened = await this.#opened(deadline);
    if (!opened.open) return noJournal(id, opened.reason);
    const payload = payloadText({ message, ...(route !== undefined && { route }) });
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
  #keyed(
    mark: { readonly key: string } | { readonly withinMs: number },
    message: Message,
    options: SendOptions,
    waited = false,
  ): Promise<SendResult> {
    const { clock } = this.#dependencies;
    const { timeoutMs = this.#totalMs(), route } = options;
    const deadline = clock.now() + timeoutMs;
    const payload = payloadText({ message, ...(route !== undefined && { route }) });
    // A message that is like others has them for its key.
    const key = 'key' in mark ? mark.key : impliedKey(payload);
    const claimed = this.#claims.get(key);
    if (claimed !== undefined) {
      const again = (leftMs: number) =>
        waited ? undefined : this.#keyed(mark, message, { ...options, timeoutMs: leftMs }, true);
      return this.#wait(claimed, payload, deadline, again);
    }
    const id = newMessageId(clock.wallTime());
    const free = (): void => {
      if (this.#claims.get(key) === claim) this.#claims.delete(key);
    };
    const claim: Claim = { id, payload, result: pending, freed: pending };
    this.#claims.set(key, claim);
    const taken = this.#take({ ...mark, key, payload, id, message, options, deadline }, claim);
    claim.result = taken.then(({ result, saved }) => {
      if (saved === undefined) free();
      return result;
    });
    // The key stays claimed until its end stands in the journal: whoever asks before is told by the claim.
    const freed = taken.then(({ saved }) => saved).finally(free);
    claim.freed = freed.then(
      () => undefined,
      () => undefined,
    );
    this.#ending.add(freed);
    void freed.catch(() => undefined).then(() => this.#ending.delete(freed));
    return claim.result;
  }

  /** Waits for another's result; what stays unknown is taken up once that is written, by `again`. */
  async #wait(
    claim: Claim,
    payload: string,
    deadline: number,
    again: (leftMs: number) => Promise<SendResult> | undefined,
  ): Promise<SendResult> {
    if (claim.payload !== payload) return reused(claim.id);
    const { clock } = this.#dependencies;
    const done = new AbortController();
    const tooLate = pause(Math.max(0, deadline - clock.now()), [done.signal]).then(() => undefined);
    const result = await Promise.race([claim.result, tooLate]);
    if (result?.kind === 'unknown') await Promise.race([claim.freed, tooLate]);
    done.abort();
    if (result === undefined) return inProgress(claim.id);
    const leftMs = Math.round(deadline - clock.now());
    const taken = result.kind === 'unknown' && leftMs > 0 ? again(leftMs) : undefined;
    return taken ?? replayOf(result);
  }

  /** Decides by what the journal knows of the key, and sends where it is free. */
  async #take(keyed: Keyed, claim: Claim): Promise<Taken> {
    const { key, withinMs, payload, id, deadline } = keyed;
    const opened = await this.#opened(deadline);
    if (!opened.open) return over(noJournal(id, opened.reason));
    const { stock } = opened;
    const { name, digest } = stock.placeOf(key, payload);
    const found = lookUp(stock, name);
    if (found === 'damaged') return over(damaged(id));
    if (found === undefined) return this.#runs.run(stock, keyed, { name, digest });
    // While somebody still asks what became of a message, it stands for those like it.
    const spent = isSpent(found.entry, withinMs, this.#dependencies.clock.wallTime());
    if (spent && !this.#held.searches(name)) {
      await Promise.all([
        stock.remove(name, found.entry.id, found.place),
        ...(found.entry.state === 'held' ? [this.#showById(stock, found.entry)] : []),
      ]);
      return this.#runs.run(stock, keyed, { name, digest });
    }
    claim.id = found.entry.id;
    if (found.entry.digest !== digest) return over(reused(found.entry.id));
    if (found.entry.state === 'done') return over(replayOf(found.entry.result));
    if (found.entry.state === 'open') return over(pendingResult(found.entry) ?? inProgress(found.entry.id));
    return this.#takeUp(stock, keyed, { name, digest }, { entry: found.entry, place: found.place });
  }

  /** What nobody knows of a message whose name goes to another one stays to be found by its id. */
  async #showById(stock: JournalStock, { payload, result, endedAt }: HeldEntry): Promise<void> {
    await stock.settle(`id ${result.id}`, unknownEntry(payload, result, endedAt));
  }

  /** A repeat of a message that is held as unknown: by what its own route said when it was sent. */
  async #takeUp(stock: JournalStock, keyed: Keyed, names: Names, held: HeldPlaced): Promise<Taken> {
    const { entry } = held;
    const { rule } = entry;
    if (rule?.onUnknownOutcome === 'resend') {
      await this.#held.stop(names.name);
      return this.#again(stock, keyed, names);
    }
    if (rule === undefined || !searchesFor(entry)) return over(entry.result);
    const waitMs = Math.max(0, keyed.deadline - this.#dependencies.clock.now());
    const done = new AbortController();
    const late = pause(waitMs, [done.signal]).then(() => undefined);
    const asked = this.#held.resultOf(stock, names.name, held, keyed.deadline);
    const result = await Promise.race([asked, late]);
    done.abort();
    if (result === undefined) return over(entry.result);
    if (result.kind === 'unknown') {
      return rule.afterInconclusive === 'resend' ? this.#again(stock, keyed, names) : over(result);
    }
    if (result.kind !== 'no-channel' || rule.afterReconcile !== 'resend') return over(replayOf(result));
    const absent = { ...entry, attempts: withoutRecords(entry.attempts) };
    return this.#runs.run(stock, keyed, names, { entry: absent });
  }

  /** Sends again what may have been sent, unless it is known by now. */
  async #again(stock: JournalStock, keyed: Keyed, names: Names): Promise<Taken> {
    const found = lookUp(stock, names.name);
    if (found === 'damaged') return over(damaged(keyed.id));
    if (found === undefined) return this.#runs.run(stock, keyed, names);
    const { entry, place } = found;
    if (entry.state === 'open') return over(pendingResult(entry) ?? inProgress(entry.id));
    if (entry.state === 'done') return over(replayOf(entry.result));
    return this.#runs.run(stock, keyed, names, { entry, place });
  }
}

/** Nothing is sent under a key whose entry cannot be read. */
function lookUp(stock: JournalStock, name: string): PlacedEntry | 'damaged' | undefined {
  try {
    return stock.get(name);
  } catch (error) {
    if (error instanceof JournalDamage) return 'damaged';
    throw error;
  }
}

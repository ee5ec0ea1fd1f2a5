import type { SendResult } from '../send/send-result.ts';
import type { EntryPlace, PlacedEntry } from './entry-place.ts';
import type { HeldEntry, JournalEntry, OpenEntry } from './journal-entry.ts';
import type { JournalStock } from './journal-stock.ts';
import type { RunAttempts } from './run-attempts.ts';
import type { EntryBefore, RunFacts } from './run-facts.ts';
import { standing } from './standing.ts';

/** The entry of a message as one run of it knows it, which gives way where another run has gone on with the message. */
export class RunEntry {
  readonly #stock: JournalStock;
  readonly #facts: Pick<RunFacts, 'id' | 'name'>;
  #entry: OpenEntry | HeldEntry | undefined;
  #place: EntryPlace | undefined;
  /** Whether it was written by this run: until then it must be as it was found. */
  #isOurs = false;
  #goneOn: SendResult | undefined;

  constructor(stock: JournalStock, facts: Pick<RunFacts, 'id' | 'name'>, before: EntryBefore | undefined) {
    this.#stock = stock;
    this.#facts = facts;
    this.#entry = before?.entry;
    this.#place = before?.place;
  }

  /** As this run found or wrote it; absent: it did neither. */
  get known(): OpenEntry | HeldEntry | undefined {
    return this.#entry;
  }

  /** Whether the disk may have it. */
  get isPlaced(): boolean {
    return this.#place !== undefined;
  }

  /** Whether the disk has what was settled last. */
  get isSaved(): boolean {
    return this.#stock.isSaved(this.#facts.name);
  }

  /** What the message has come to where this run gave way; undefined: it did not, or nothing stands of it. */
  get goneOn(): SendResult | undefined {
    return this.#goneOn;
  }

  /**
   * What must be over before the entry is looked at and written in one go, with nothing awaited in between; undefined:
   * nothing is.
   */
  idle(): Promise<void> | undefined {
    return this.#stock.idle(this.#facts.name);
  }

  /** As it stands by now; undefined: it does not, or cannot be read. */
  now(): PlacedEntry | undefined {
    const found = this.#look();
    return found === 'unreadable' ? undefined : found;
  }

  /**
   * Asked right before this run writes: whether another run has gone on with the message, or its name has gone to
   * another message. `certain`: so sure is what is to be written that only another message stops it.
   */
  givesWay(attempts: RunAttempts, certain = false): boolean {
    const found = this.#look();
    const now = found === 'unreadable' ? undefined : found;
    const { id } = this.#facts;
    const isSure = certain && now?.entry.id === id;
    const isElsewhere = !isSure && (!this.#isAsFound(found) || isOvertaken(now, id, attempts));
    this.#goneOn = isElsewhere ? this.#told(now) : undefined;
    if (isElsewhere) return true;
    if (now !== undefined) this.#place = now.place;
    else if (found === undefined && !this.#isOurs) this.#place = undefined;
    return false;
  }

  /** Writes it; rejects where the disk does not take it. */
  async put(entry: OpenEntry): Promise<void> {
    this.#place = await this.#stock.put(this.#facts.name, entry, this.#place);
    this.#entry = entry;
    this.#isOurs = true;
  }

  /** Writes it, and keeps it in memory where the disk does not take it. */
  async settle(entry: JournalEntry): Promise<void> {
    this.#isOurs = true;
    this.#place = await this.#stock.settle(this.#facts.name, entry, this.#place);
    if (entry.state === 'open') this.#entry = entry;
  }

  /** Takes it out, where the disk may have it. */
  async remove(): Promise<void> {
    const { name, id } = this.#facts;
    if (this.#place !== undefined) await this.#stock.remove(name, id, this.#place);
  }

  #look(): PlacedEntry | 'unreadable' | undefined {
    try {
      return this.#stock.get(this.#facts.name);
    } catch {
      return 'unreadable';
    }
  }

  /** Where nothing stands any more nothing was sent: there is nobody to give way to. */
  #isAsFound(now: PlacedEntry | 'unreadable' | undefined): boolean {
    if (now === undefined || this.#isOurs || this.#entry === undefined) return true;
    return now !== 'unreadable' && this.#place !== undefined && now.entry.state === this.#entry.state;
  }

  #told(now: PlacedEntry | undefined): SendResult | undefined {
    const { id } = this.#facts;
    try {
      const found = now?.entry.id === id ? now : this.#stock.find(id);
      return found && standing(found);
    } catch {
      return undefined;
    }
  }
}

/** Whether what stands has an end, attempts that this run knows nothing of, or is another message's. */
function isOvertaken(now: PlacedEntry | undefined, id: string, attempts: RunAttempts): boolean {
  if (now === undefined) return false;
  const { entry } = now;
  if (entry.id !== id || entry.state === 'done') return true;
  const last = entry.attempts.at(-1);
  return entry.attempts.length > attempts.all.length || (last !== undefined && !attempts.has(last));
}

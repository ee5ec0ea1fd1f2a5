import { emptyHash, hashText } from '../reconcile/text-hash.ts';

/** The smallest buffer, in bytes. */
const leastBytes = 65_536;
/** The most bytes that one unit of a text takes in UTF-8. */
const bytesOfUnit = 3;

/**
 * As many texts as a page has room for, each under an id, one after the other in one buffer: to the garbage collector
 * thousands of them are a single thing, and one more leaves no object behind. A page is cleared as a whole and used
 * again.
 */
export class TextPage {
  readonly #capacity: number;
  /** Of each text: the hash of its id. */
  readonly #hashes: Int32Array;
  /** Where each text ends, and the next one begins. */
  readonly #ends: Uint32Array;
  /** By hash, a text's number counted from 1; where that place is taken, the next free one. At most half are taken. */
  readonly #places: Uint32Array;
  #bytes = Buffer.alloc(0);
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#hashes = new Int32Array(capacity);
    this.#ends = new Uint32Array(capacity);
    this.#places = new Uint32Array(2 ** Math.ceil(Math.log2(2 * capacity)));
  }

  get full(): boolean {
    return this.#size === this.#capacity;
  }

  /** Adds a text to a page that is not full; an earlier one of the same id stays, and is not found any more. */
  add(id: string, text: string): void {
    const hash = hashText(emptyHash, id);
    const number = this.#size;
    const start = this.#startOf(number);
    this.#reserve(start + text.length * bytesOfUnit);
    this.#hashes[number] = hash;
    this.#ends[number] = start + this.#bytes.write(text, start);
    this.#size += 1;
    this.#places[this.#freePlace(hash)] = number + 1;
  }

  /** The newest text that has this id and passes; texts of other ids may be asked about. */
  find(id: string, passes: (text: string) => boolean): string | undefined {
    const hash = hashText(emptyHash, id);
    let found: string | undefined;
    const { length } = this.#places;
    for (let place = hash & (length - 1); ; place = (place + 1) & (length - 1)) {
      const number = (this.#places[place] ?? 0) - 1;
      if (number < 0) return found;
      if (this.#hashes[number] !== hash) continue;
      const text = this.#textOf(number);
      // Those of one id stand in the order in which they came.
      if (passes(text)) found = text;
    }
  }

  /** Every text that holds `part`, the oldest first. */
  *holding(part: string): Generator<string> {
    const bytes = Buffer.from(part);
    const end = this.#startOf(this.#size);
    let number = 0;
    let at = this.#bytes.indexOf(bytes);
    while (at !== -1 && at < end) {
      while ((this.#ends[number] ?? end) <= at) number += 1;
      const next = this.#ends[number] ?? end;
      if (at + bytes.length <= next) yield this.#textOf(number);
      at = this.#bytes.indexOf(bytes, next);
    }
  }

  /** Forgets everything, and keeps as much memory as was needed. */
  clear(): void {
    const used = this.#startOf(this.#size);
    if (this.#bytes.length > Math.max(leastBytes, 4 * used)) this.#bytes = Buffer.alloc(0);
    this.#places.fill(0);
    this.#size = 0;
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
  }

  #textOf(number: number): string {
    return this.#bytes.toString('utf8', this.#startOf(number), this.#ends[number]);
  }

  #freePlace(hash: number): number {
    const last = this.#places.length - 1;
    let place = hash & last;
    while (this.#places[place] !== 0) place = (place + 1) & last;
    return place;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(leastBytes, 2 * this.#bytes.length, bytes));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }
}

import type { Steps } from './steps.ts';

/** A text that is no longer is parsed in one go: it takes less than half a millisecond. */
const shortLength = 16_384;

/** What stands between the values of a document. */
const codes = {
  quote: 34,
  comma: 44,
  colon: 58,
  bracket: 91,
  backslash: 92,
  bracketEnd: 93,
  brace: 123,
  braceEnd: 125,
};

/**
 * What `JSON.parse` makes of a text, and throws where it would; of a long text the values two levels down (such as one
 * channel or one route of a strategy) are a step each.
 */
export function* parseJsonInSteps(text: string): Steps<unknown> {
  if (text.length <= shortLength) return JSON.parse(text) as unknown;
  const reader = new JsonReader(text);
  const value = yield* reader.value(2);
  reader.end();
  return value;
}

/** Reads what holds the values together by itself, and leaves the values to `JSON.parse`. */
class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  *value(depth: number): Steps<unknown> {
    this.#passSpace();
    const first = this.#code();
    if (depth > 0 && first === codes.brace) return yield* this.#mapping(depth - 1);
    if (depth > 0 && first === codes.bracket) return yield* this.#list(depth - 1);
    const value = this.#parseUntil(this.#endOfValue(first));
    yield;
    return value;
  }

  /** Nothing may follow. */
  end(): void {
    this.#passSpace();
    if (this.#at < this.#text.length) throw this.#surprise();
  }

  *#mapping(depth: number): Steps<Record<string, unknown>> {
    const result: Record<string, unknown> = {};
    this.#at += 1;
    if (this.#isNext(codes.braceEnd)) return result;
    for (;;) {
      this.#passSpace();
      if (this.#code() !== codes.quote) throw this.#surprise();
      const key = this.#parseUntil(this.#endOfString(this.#at)) as string;
      if (!this.#isNext(codes.colon)) throw this.#surprise();
      const value = yield* this.value(depth);
      // Assigned, it would become the prototype.
      if (key === '__proto__') Object.defineProperty(result, key, { value, ...plain });
      else result[key] = value;
      if (this.#isNext(codes.braceEnd)) return result;
      if (!this.#isNext(codes.comma)) throw this.#surprise();
    }
  }

  *#list(depth: number): Steps<unknown[]> {
    const result: unknown[] = [];
    this.#at += 1;
    if (this.#isNext(codes.bracketEnd)) return result;
    for (;;) {
      result.push(yield* this.value(depth));
      if (this.#isNext(codes.bracketEnd)) return result;
      if (!this.#isNext(codes.comma)) throw this.#surprise();
    }
  }

  #parseUntil(end: number): unknown {
    const value: unknown = JSON.parse(this.#text.slice(this.#at, end));
    this.#at = end;
    return value;
  }

  /** Where a value ends if it is one. */
  #endOfValue(first: number): number {
    if (first === codes.quote) return this.#endOfString(this.#at);
    if (first !== codes.brace && first !== codes.bracket) return this.#endOfWord();
    let open = 0;
    for (let at = this.#at; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === codes.quote) at = this.#endOfString(at) - 1;
      else if (code === codes.brace || code === codes.bracket) open += 1;
      else if (code === codes.braceEnd || code === codes.bracketEnd) open -= 1;
      if (open === 0) return at + 1;
    }
    return this.#text.length;
  }

  /** After the quote that closes the string whose first one stands at `from`. */
  #endOfString(from: number): number {
    for (let at = from; ;) {
      at = this.#text.indexOf('"', at + 1);
      if (at === -1) return this.#text.length;
      let escapes = 0;
      while (this.#text.charCodeAt(at - 1 - escapes) === codes.backslash) escapes += 1;
      if (escapes % 2 === 0) return at + 1;
    }
  }

  /** A number, or one of the three words. */
  #endOfWord(): number {
    let end = this.#at;
    while (end < this.#text.length && !isBetween(this.#text.charCodeAt(end))) end += 1;
    return end;
  }

  #isNext(code: number): boolean {
    this.#passSpace();
    if (this.#code() !== code) return false;
    this.#at += 1;
    return true;
  }

  #passSpace(): void {
    while (isSpace(this.#code())) this.#at += 1;
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #surprise(): SyntaxError {
    return new SyntaxError(`unexpected text in JSON at position ${String(this.#at)}`);
  }
}

const plain = { writable: true, enumerable: true, configurable: true };

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function isBetween(code: number): boolean {
  return isSpace(code) || code === codes.comma || code === codes.bracketEnd || code === codes.braceEnd;
}

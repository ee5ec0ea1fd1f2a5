/** Things that must not be found: what each is, and the bytes. */
export type Planted = Readonly<Record<string, string | Buffer>>;

/** The ways in which bytes may stand in a text or file. */
function writingsOf(bytes: Buffer): Buffer[] {
  const text = bytes.toString('utf8');
  const hex = bytes.toString('hex');
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const texts = [
    ...[hex, hex.toUpperCase(), percent, percent.toUpperCase()],
    ...base64Of(bytes),
    ...base64Of(bytes).map((written) => written.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  // What is no text can only stand as bytes or in one of those.
  if (Buffer.from(text).equals(bytes)) {
    const quoted = JSON.stringify(text).slice(1, -1);
    const twice = JSON.stringify(quoted).slice(1, -1);
    for (const written of [text, quoted, twice]) {
      const encoded = encodeURIComponent(written);
      texts.push(written, encoded, encoded.replaceAll('%20', '+'), encodeURIComponent(encoded));
    }
    texts.push(text.split('').reverse().join(''), Buffer.from(text, 'utf16le').toString('latin1'));
  }
  return [bytes, ...texts.map((written) => Buffer.from(written, 'latin1'))];
}

/** Base64 of the bytes as it stands within longer base64, at each of the three places where it may begin. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const written = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return written.slice(Math.ceil((before * 8) / 6), whole);
  });
}

/** Looks for planted things in whatever is given to it. */
export class Search {
  readonly #writings: readonly (readonly [string, readonly Buffer[]])[];

  constructor(planted: Planted) {
    this.#writings = Object.entries(planted).map(([name, value]) => [
      name,
      writingsOf(typeof value === 'string' ? Buffer.from(value) : value),
    ]);
  }

  /** What stands in a text or file, each with some of its surroundings. */
  in(place: string, content: string | Buffer): string[] {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return this.#writings.flatMap(([name, writings]) => {
      const at = writings.map((writing) => bytes.indexOf(writing)).find((found) => found !== -1);
      if (at === undefined) return [];
      const around = bytes.subarray(Math.max(0, at - 120), at + 80).toString('latin1');
      return [`${name} in ${place}: …${around}…`];
    });
  }
}

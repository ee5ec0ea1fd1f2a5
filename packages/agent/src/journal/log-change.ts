/** One change of the journal: an entry's new text, or none where the entry goes. */
export interface LogChange {
  readonly name: string;
  readonly text?: string | undefined;
  /** Of the text, as UTF-8. */
  readonly textBytes: number;
}

/** Where a change's text stands: bytes of UTF-8, among those that went to the disk together with it. */
export interface LoggedText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A change as it was written; without a text the entry has gone. */
export interface LoggedChange {
  readonly name: string;
  readonly text?: LoggedText;
}

/** Length of the name, then of the text. */
const headBytes = 2 + 4;
/** In place of a text's length. */
const gone = 0xffffffff;

/** Changes as bytes, and where the text of each stands in them. */
export function encodeChanges(changes: readonly LogChange[]): {
  readonly bytes: Buffer;
  readonly logged: readonly LoggedChange[];
} {
  const size = changes.reduce((sum, { name, textBytes }) => {
    return sum + headBytes + Buffer.byteLength(name) + textBytes;
  }, 0);
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  const logged = changes.map(({ name, text }): LoggedChange => {
    const nameEnd = at + headBytes + bytes.write(name, at + headBytes);
    const end = text === undefined ? nameEnd : nameEnd + bytes.write(text, nameEnd);
    bytes.writeUInt16LE(nameEnd - at - headBytes, at);
    bytes.writeUInt32LE(text === undefined ? gone : end - nameEnd, at + 2);
    at = end;
    return text === undefined ? { name } : { name, text: { bytes, start: nameEnd, end } };
  });
  return { bytes, logged };
}

/** The changes that `encodeChanges` made these bytes of. */
export function* decodeChanges(bytes: Buffer): Iterable<LoggedChange> {
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + headBytes + bytes.readUInt16LE(at);
    const length = bytes.readUInt32LE(at + 2);
    const name = bytes.toString('utf8', at + headBytes, nameEnd);
    at = length === gone ? nameEnd : nameEnd + length;
    yield length === gone ? { name } : { name, text: { bytes, start: nameEnd, end: at } };
  }
}

/** A logged text as text. */
export function textOf({ bytes, start, end }: LoggedText): string {
  return bytes.toString('utf8', start, end);
}

import { JournalDamage } from './journal-damage.ts';
import type { JournalKeys } from './journal-keys.ts';

/** Where a frame stands. */
export interface FramePlace {
  /** Counts the log's files, from 1: each is begun anew and emptied whole. */
  readonly generation: number;
  /** Counts the frames of its file, from 0. */
  readonly sequence: number;
  /** How many frames the file before it had, where that may still be needed; else 0. */
  readonly before: number;
}

/** What one file of the log holds. */
export interface FrameFile {
  readonly generation: number;
  readonly before: number;
  /** The contents of its frames. */
  readonly frames: readonly Buffer[];
}

/** Length of what is sealed, generation, sequence, frames before. */
const headBytes = 16;

/** A frame as it goes to the disk: one seal for all that is written at the same time, bound to its place. */
export function sealFrame(keys: Pick<JournalKeys, 'seal'>, place: FramePlace, content: Buffer): Buffer {
  const sealed = keys.seal(nameOf(place), content);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(sealed.length, 0);
  head.writeUInt32LE(place.generation, 4);
  head.writeUInt32LE(place.sequence, 8);
  head.writeUInt32LE(place.before, 12);
  return Buffer.concat([head, sealed]);
}

/**
 * The frames of a file, up to the first that is not whole: the write of the last one may have been cut short, and
 * was told to nobody then. Undefined: there is none. Throws where one that is not whole is followed by one that is.
 */
export function readFrames(keys: Pick<JournalKeys, 'open'>, bytes: Buffer): FrameFile | undefined {
  const first = headAt(bytes, 0);
  if (first === undefined) return undefined;
  const { generation, before } = first.place;
  const frames: Buffer[] = [];
  const frameAt = (at: number, sequence: number): { content: Buffer; end: number } | undefined => {
    const head = headAt(bytes, at);
    if (head === undefined) return undefined;
    const { place, end } = head;
    if (place.generation !== generation || place.sequence !== sequence) return undefined;
    const content = keys.open(nameOf(place), bytes.subarray(at + headBytes, end));
    return content && { content, end };
  };
  let at = 0;
  for (;;) {
    const frame = frameAt(at, frames.length);
    if (frame === undefined) break;
    frames.push(frame.content);
    at = frame.end;
  }
  const torn = headAt(bytes, at);
  if (torn !== undefined && frameAt(torn.end, frames.length + 1) !== undefined) {
    throw new JournalDamage('a part of its log does not open');
  }
  return frames.length === 0 ? undefined : { generation, before, frames };
}

function headAt(bytes: Buffer, at: number): { readonly place: FramePlace; readonly end: number } | undefined {
  if (at + headBytes > bytes.length) return undefined;
  const [length, generation, sequence, before] = [0, 4, 8, 12].map((offset) =>
    bytes.readUInt32LE(at + offset),
  );
  if (length === undefined || generation === undefined || sequence === undefined || before === undefined)
    return undefined;
  const end = at + headBytes + length;
  return length === 0 || end > bytes.length ? undefined : { place: { generation, sequence, before }, end };
}

function nameOf({ generation, sequence, before }: FramePlace): string {
  return `log ${String(generation)} ${String(sequence)} ${String(before)}`;
}

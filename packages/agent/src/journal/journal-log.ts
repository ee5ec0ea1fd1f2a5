import { join } from 'node:path';
import { syncDirectory } from '../disk/sync-directory.ts';
import { inTime } from './in-time.ts';
import { JournalDamage } from './journal-damage.ts';
import type { JournalKeys } from './journal-keys.ts';
import { decodeChanges, encodeChanges } from './log-change.ts';
import type { LogChange, LoggedChange, LoggedText } from './log-change.ts';
import { LogFile } from './log-file.ts';
import { readFrames, sealFrame } from './log-frame.ts';
import type { LogMover } from './log-mover.ts';

/** What a log is made of. */
export interface JournalLogParts {
  readonly folder: string;
  readonly keys: Pick<JournalKeys, 'seal' | 'open'>;
  /** Moves what is logged to where it can be found. */
  readonly mover: Pick<LogMover, 'move' | 'trouble' | 'attempt'>;
}

/** Sizes and times of a log. */
export interface JournalLogOptions {
  /** A file with as much comes to its end. */
  readonly fullBytes?: number;
  /** So does one this long after its first change, in ms: what is over is dropped from it by then. */
  readonly fullMs?: number;
  /** Nothing more is logged beyond this until the other file is moved; refused where that is in vain. */
  readonly mostBytes?: number;
}

/** Told as soon as the change is on the disk, before anybody else is. */
type Landed = (text: LoggedText | undefined) => void;

/** Changes that go to the disk together. */
interface Group {
  readonly changes: LogChange[];
  readonly landed: Landed[];
  bytes: number;
  readonly flushed: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What a group has at most, unless one change alone has more. */
const groupBytes = 1024 * 1024;

/**
 * The journal's changes as they come: what comes while a group is on its way is the next one, and a group is one
 * seal, one write and one flush. Two files take turns: while one is moved to where it can be found, the other goes on.
 */
export class JournalLog {
  readonly #parts: JournalLogParts;
  readonly #options: Required<JournalLogOptions>;
  #files: readonly [current: LogFile, other: LogFile];
  readonly #groups: Group[] = [];
  #running: Promise<void> | undefined;
  #generation = 1;
  /** The first generation that an earlier process did not move. */
  #from = 1;
  #sequence = 0;
  /** Frames of the file that is being moved. */
  #before = 0;
  #at = 0;
  /** Of the other file; undefined: that is free. */
  #moving: Promise<void> | undefined;
  /** Whether the file is to come to its end as soon as the other one is free. */
  #due = false;
  #timer: NodeJS.Timeout | undefined;
  #broken: Error | undefined;

  private constructor(
    parts: JournalLogParts,
    options: JournalLogOptions,
    files: readonly [current: LogFile, other: LogFile],
  ) {
    this.#parts = parts;
    this.#options = { fullBytes: 4 * 1024 ** 2, fullMs: 5000, mostBytes: 16 * 1024 ** 2, ...options };
    this.#files = files;
  }

  static async open(parts: JournalLogParts, options: JournalLogOptions = {}): Promise<JournalLog> {
    const one = await LogFile.open(join(parts.folder, 'log-a'));
    try {
      const other = await LogFile.open(join(parts.folder, 'log-b'));
      // A flush is of a file's content, not of its name.
      await syncDirectory(parts.folder);
      return new JournalLog(parts, options, [one, other]);
    } catch (error) {
      await one.close();
      throw error;
    }
  }

  /** Whether no earlier process has left anything. */
  async isEmpty(): Promise<boolean> {
    for (const file of this.#files) if ((await file.read()).some((byte) => byte !== 0)) return false;
    return true;
  }

  /**
   * What was logged and not moved when the last process ended, oldest first; `from` is the first generation that was
   * not. Nothing is logged before `takeUp`.
   */
  async left(from: number): Promise<readonly LoggedChange[]> {
    const found = [];
    for (const file of this.#files) {
      const frames = readFrames(this.#parts.keys, await file.read());
      if (frames !== undefined && frames.generation >= from) found.push(frames);
    }
    found.sort((one, other) => one.generation - other.generation);
    this.#from = from;
    let expected = from;
    for (const [index, { generation, before }] of found.entries()) {
      const former = found[index - 1];
      if (generation !== expected || (former !== undefined && former.frames.length < before)) {
        throw new JournalDamage('a part of its log is missing');
      }
      expected += 1;
    }
    this.#generation = expected;
    return found.flatMap(({ frames }) => frames.flatMap((frame) => [...decodeChanges(frame)]));
  }

  /** Moves what `left` gave, and begins anew; rejects where it cannot be moved. */
  async takeUp(): Promise<void> {
    const { mover } = this.#parts;
    if (this.#generation > this.#from && !(await mover.move(this.#generation - 1))) {
      throw mover.trouble ?? new Error('its log cannot be moved');
    }
    for (const file of this.#files) await file.empty();
  }

  /** Logs a change; resolves once it is on the disk, `landed` having been told where its text stands. */
  append(change: LogChange, landed: Landed): Promise<void> {
    const bytes = change.name.length + change.textBytes;
    const last = this.#groups.at(-1);
    const group = last !== undefined && last.bytes + bytes <= groupBytes ? last : this.#newGroup();
    group.changes.push(change);
    group.landed.push(landed);
    group.bytes += bytes;
    return group.flushed;
  }

  /** Waits until all that was logged so far is moved, or one try to move it was in vain. */
  async settle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#moving;
    this.#turn();
    await this.#moving;
  }

  async close(): Promise<void> {
    await this.settle();
    clearTimeout(this.#timer);
    for (const file of this.#files) await file.close();
  }

  #newGroup(): Group {
    let resolve: () => void = () => undefined;
    let reject: (error: Error) => void = () => undefined;
    const flushed = new Promise<void>((onResolve, onReject) => {
      [resolve, reject] = [onResolve, onReject];
    });
    const group = { changes: [], landed: [], bytes: 0, flushed, resolve, reject };
    this.#groups.push(group);
    // Others of this turn of the event loop come along.
    this.#running ??= new Promise((nextTurn) => setImmediate(nextTurn)).then(() => this.#run());
    return group;
  }

  async #run(): Promise<void> {
    for (;;) {
      const group = this.#groups.shift();
      if (group === undefined) break;
      try {
        await this.#commit(group);
        group.resolve();
      } catch (error) {
        group.reject(error instanceof Error ? error : new Error(String(error)));
      }
      this.#turnIfFull();
    }
    this.#running = undefined;
  }

  async #commit({ changes, landed }: Group): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#at > this.#options.mostBytes) await this.#otherFile();
    const [file] = this.#files;
    const { bytes, logged } = encodeChanges(changes);
    const place = { generation: this.#generation, sequence: this.#sequence, before: this.#before };
    const frame = sealFrame(this.#parts.keys, place, bytes);
    await file.reserve(this.#at + frame.length);
    try {
      await inTime(file.write(frame, this.#at));
    } catch (error) {
      // What the system still holds of it is not known any more: nothing more is written until a new start.
      this.#broken = error instanceof Error ? error : new Error(String(error));
      throw this.#broken;
    }
    this.#at += frame.length;
    this.#sequence += 1;
    for (const [index, tell] of landed.entries()) tell(logged[index]?.text);
    this.#timer ??= setTimeout(() => {
      this.#due = true;
      if (this.#running === undefined) this.#turnIfFull();
    }, this.#options.fullMs).unref();
  }

  /** Goes on in the other file as soon as that is moved; rejects where it cannot be. */
  async #otherFile(): Promise<void> {
    const { mover } = this.#parts;
    if (mover.trouble === undefined) await mover.attempt;
    if (mover.trouble !== undefined) throw mover.trouble;
    await this.#moving;
    if (this.#broken !== undefined) throw this.#broken;
    this.#turn();
  }

  #turnIfFull(): void {
    if (this.#due || this.#at >= this.#options.fullBytes) this.#turn();
  }

  /** Goes on in the other file, unless that is still being moved: then as soon as it is. */
  #turn(): void {
    if (this.#moving !== undefined || this.#sequence === 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [current, other] = this.#files;
    this.#files = [other, current];
    const generation = this.#generation++;
    this.#before = this.#sequence;
    [this.#sequence, this.#at, this.#due] = [0, 0, false];
    this.#moving = this.#move(generation, current);
  }

  async #move(generation: number, file: LogFile): Promise<void> {
    // What is not moved stays in its file, for the next start.
    if (!(await this.#parts.mover.move(generation))) return;
    try {
      await file.empty();
    } catch (error) {
      // What is in it stands in the database, but nothing can be told of a disk like this.
      this.#broken ??= error instanceof Error ? error : new Error(String(error));
    }
    [this.#moving, this.#before] = [undefined, 0];
    if (this.#running === undefined) this.#turnIfFull();
  }
}

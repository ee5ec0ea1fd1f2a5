import type { Clock } from '@waystation/core';

interface Timer {
  at: number;
  readonly run: () => void;
  /** Between two strikes; absent: it strikes once. */
  readonly everyMs?: number;
  /** Ends with the process. */
  readonly ofProcess: boolean;
  live: boolean;
}

const longest = 2_147_483_647;
const turn = setImmediate;

/**
 * Time that passes only where nothing else is left to do. Once installed, the timers of Node belong to the process
 * under simulation, and end with it; the world around it has its own.
 */
export class VirtualTime implements Clock {
  #now = 0;
  #wall: number;
  readonly #start: number;
  #timers: Timer[] = [];
  #turns = 0;

  constructor(wallTime: number) {
    this.#wall = wallTime;
    this.#start = wallTime;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wall;
  }

  /** What clocks that nobody sets show, such as a provider's. */
  trueTime(): number {
    return this.#start + this.#now;
  }

  /** A number that rises each time it is asked for: what comes before what within a millisecond. */
  turn(): number {
    this.#turns += 1;
    return this.#turns;
  }

  /** Sets the wall clock alone on or back. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** Does something later, whatever becomes of the process. */
  after(ms: number, run: () => void): void {
    this.#add({ at: this.#now + ms, run, ofProcess: false, live: true });
  }

  /** Forgets every timer of the process: it has ended. */
  endProcess(): void {
    this.#timers = this.#timers.filter(({ ofProcess }) => !ofProcess);
  }

  /** Takes the place of Node's timers until the returned function is called. */
  install(): () => void {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
    const start = (run: () => void, ms = 0, repeats = false): Timer => {
      // As Node: whole milliseconds, at least one.
      const delay = ms >= 1 && ms <= longest ? Math.trunc(ms) : 1;
      return this.#add({
        at: this.#now + delay,
        run,
        ofProcess: true,
        live: true,
        ...(repeats && { everyMs: delay }),
      });
    };
    const clear = (handle: { readonly timer?: Timer } | undefined): void => {
      if (handle?.timer !== undefined) handle.timer.live = false;
    };
    const handleOf = (timer: Timer) => {
      const handle = { timer, ref: () => handle, unref: () => handle, hasRef: () => true };
      return handle;
    };
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms?: number) => handleOf(start(run, ms)),
      setInterval: (run: () => void, ms?: number) => handleOf(start(run, ms, true)),
      clearTimeout: clear,
      clearInterval: clear,
    });
    return () => {
      Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
    };
  }

  /** Lets everything happen that happens until then. */
  async runUntil(end: number): Promise<void> {
    await quiet();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pass(next.at);
      if (next.everyMs !== undefined) {
        next.at += next.everyMs;
        this.#add(next);
      }
      next.run();
      await quiet();
    }
    this.#pass(end);
  }

  #pass(at: number): void {
    this.#wall += at - this.#now;
    this.#now = at;
  }

  #next(end: number): Timer | undefined {
    for (;;) {
      const next = this.#timers.at(-1);
      if (next === undefined || next.at > end) return undefined;
      this.#timers.pop();
      if (next.live) return next;
    }
  }

  /** The latest first; of the same moment, the one that was set first comes last, and so strikes first. */
  #add(timer: Timer): Timer {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#timers[middle]?.at ?? 0) > timer.at) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return timer;
  }
}

/** Everything that waits for nothing but its turn has had it. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    turn(resolve);
  });
}

import { evenLoad, stepLoad, takesRequest } from '@waystation/core';
import type { Clock, Instant, LoadLimits, LoopLoad } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';

/** What admission works with. */
export interface AdmissionDependencies {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: AgentLogger;
  /** Calls once the event loop's turn is over, as `setImmediate` does. */
  readonly atTurnEnd: (call: () => void) => void;
}

/** How much is taken. */
export interface AdmissionOptions {
  /** Requests under way at most. */
  readonly maxUnderWay: number;
  /** Bytes of bodies under way at most. */
  readonly maxBytes: number;
}

/**
 * A turn of 25 ms makes a send about 50 ms slower: half of what a provider takes itself. The fewer requests a turn takes
 * the fewer are under way together, and the less is alive when garbage is collected; 32 a turn still fill a core.
 */
const limits: LoadLimits = {
  longTurnMs: 25,
  sustainedMs: 150,
  gapMs: 250,
  fewUnderWay: 64,
  takenPerTurn: 32,
  calmMs: 250,
};
/** For how long a refusal is told of in the agent's status. */
const toldMs = 10_000;

/**
 * Says of each request, before anything of it is read, whether it is taken: no more are under way than memory has
 * room for, and no more are begun than the event loop can bring to an end soon.
 */
export class Admission {
  readonly #dependencies: AdmissionDependencies;
  readonly #options: AdmissionOptions;
  readonly #endTurn = (): void => {
    this.#onTurnEnd();
  };
  #load: LoopLoad = evenLoad;
  #underWay = 0;
  #bytes = 0;
  #turnBegunAt: Instant | undefined;
  #takenInTurn = 0;
  #refusedInTurn = 0;
  #refused = 0;
  #refusedAt: Instant | undefined;

  constructor(dependencies: AdmissionDependencies, options: AdmissionOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
  }

  /** Requests refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** What an operator should know, in a sentence. */
  get trouble(): string | undefined {
    const { clock } = this.#dependencies;
    if (this.#refusedAt === undefined || clock.now() - this.#refusedAt > toldMs) return undefined;
    return `overloaded: ${String(this.#refused)} requests were refused since the start, the last within ${String(toldMs / 1000)} s`;
  }

  /** Takes a request with a body of `bytes`, or refuses it; each that is taken must leave with the same number. */
  enter(bytes: number): boolean {
    this.#turnBegunAt ??= this.#beginTurn();
    if (!this.#hasRoom(bytes) || !takesRequest(this.#load, this.#takenInTurn, this.#underWay, limits)) {
      this.#refuse();
      return false;
    }
    this.#underWay += 1;
    this.#takenInTurn += 1;
    this.#bytes += bytes;
    return true;
  }

  /** A request that was taken has its answer. */
  leave(bytes: number): void {
    this.#underWay -= 1;
    this.#bytes -= bytes;
  }

  #hasRoom(bytes: number): boolean {
    const { maxUnderWay, maxBytes } = this.#options;
    return this.#underWay < maxUnderWay && this.#bytes + bytes <= maxBytes;
  }

  #refuse(): void {
    const { clock, log } = this.#dependencies;
    const at = clock.now();
    if (this.#refusedAt === undefined || at - this.#refusedAt > toldMs) {
      log.warn({ underWay: this.#underWay, bytes: this.#bytes, load: this.#load.state }, 'overloaded');
    }
    this.#refused += 1;
    this.#refusedInTurn += 1;
    this.#refusedAt = at;
  }

  #beginTurn(): Instant {
    const { clock, atTurnEnd } = this.#dependencies;
    atTurnEnd(this.#endTurn);
    return clock.now();
  }

  #onTurnEnd(): void {
    const begunAt = this.#turnBegunAt;
    if (begunAt === undefined) return;
    const endedAt = this.#dependencies.clock.now();
    const turn = { begunAt, endedAt, underWay: this.#underWay, refused: this.#refusedInTurn };
    this.#load = stepLoad(this.#load, turn, limits);
    this.#turnBegunAt = undefined;
    this.#takenInTurn = 0;
    this.#refusedInTurn = 0;
  }
}

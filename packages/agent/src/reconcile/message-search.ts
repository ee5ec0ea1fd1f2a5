import { searchTogether } from '@waystation/core';
import type { MessageSearchEnd, SearchVerdict } from '@waystation/core';
import { AttemptSearch } from './attempt-search.ts';
import type { AttemptSearchDependencies, SearchScene } from './attempt-search.ts';
import type { SoughtAttempt } from './sought-attempt.ts';

interface One {
  readonly channel: string;
  readonly search: AttemptSearch;
  verdict?: SearchVerdict;
}

/** The search for every attempt of one message whose outcome is unknown; tells its end once, and never at once. */
export class MessageSearch {
  readonly #dependencies: AttemptSearchDependencies;
  readonly #scene: SearchScene;
  readonly #onEnd: (end: MessageSearchEnd) => void;
  readonly #searches = new Map<number, One>();
  #over = false;

  constructor(
    dependencies: AttemptSearchDependencies,
    scene: SearchScene,
    onEnd: (end: MessageSearchEnd) => void,
  ) {
    this.#dependencies = dependencies;
    this.#scene = scene;
    this.#onEnd = onEnd;
  }

  /** Searches for these attempts, each by a number of its own. */
  start(attempts: ReadonlyMap<number, SoughtAttempt>): void {
    for (const [number, attempt] of attempts) {
      const one: One = {
        channel: attempt.candidate.channel,
        search: new AttemptSearch(this.#dependencies, attempt, this.#scene, (verdict) => {
          one.verdict = verdict;
          this.#decide();
        }),
      };
      this.#searches.set(number, one);
    }
    for (const { search } of [...this.#searches.values()]) search.start();
  }

  /** The attempt is over, and its outcome still unknown. */
  attemptEnded(number: number, at: number): void {
    this.#searches.get(number)?.search.attemptEnded(at);
  }

  /** The outcome of an attempt is known by other means; where it was the last one, nothing is told any more. */
  drop(number: number): void {
    const one = this.#searches.get(number);
    if (one === undefined) return;
    this.#searches.delete(number);
    if (this.#searches.size === 0) this.#over = true;
    one.search.stop('its outcome is known');
    this.#decide();
  }

  /** Ends it as inconclusive. */
  stop(reason: string): void {
    for (const { search } of [...this.#searches.values()]) search.stop(reason);
  }

  /** Ends it, and tells nothing. */
  cancel(): void {
    this.#over = true;
    this.stop('nobody waits for it');
  }

  #decide(): void {
    if (this.#over) return;
    const ones = [...this.#searches.values()];
    const verdict = searchTogether(ones.map((one) => one.verdict));
    if (verdict === undefined) return;
    this.#over = true;
    const found = ones.find((one) => one.verdict?.kind === 'found');
    this.stop('another attempt of its message was found');
    const end: MessageSearchEnd =
      verdict.kind === 'found' ? { kind: 'found', channel: found?.channel ?? '' } : verdict;
    // Whoever began it must have it in hand before it is told.
    queueMicrotask(() => {
      this.#onEnd(end);
    });
  }
}

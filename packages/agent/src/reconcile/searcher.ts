import type { Clock, MessageSearchEnd } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import type { SearchScene } from './attempt-search.ts';
import { LikeAttempts } from './like-attempts.ts';
import { MessageSearch } from './message-search.ts';
import { RecordsDesk } from './records-desk.ts';
import type { DeskRules } from './records-desk.ts';
import type { SoughtAttempt } from './sought-attempt.ts';

/** What searching is built on. */
export interface SearcherDependencies {
  readonly clock: Clock;
  readonly log: AgentLogger;
}

/** How much, and how long. */
export interface SearcherOptions extends DeskRules {
  /** How long a search lasts, in ms. */
  readonly budgetMs: () => number;
  /** How many attempts are remembered that others may be taken for. Default 200,000. */
  readonly maxLikes?: number;
}

/** Beyond a search's own time: as long as an attempt lasts, and as records are apart. */
const likesKeptMs = 120_000;

/** Asks the providers what became of attempts of unknown outcome. */
export class Searcher {
  readonly #clock: Clock;
  readonly #log: AgentLogger;
  readonly #desk: RecordsDesk;
  readonly #open = new Set<MessageSearch>();
  #stopped = false;
  /** Attempts that may be taken for each other. */
  readonly likes: LikeAttempts;

  constructor({ clock, log }: SearcherDependencies, options: SearcherOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#desk = new RecordsDesk(clock, options);
    this.likes = new LikeAttempts(() => options.budgetMs() + likesKeptMs, options.maxLikes);
  }

  /** Messages that are searched for now. */
  get open(): number {
    return this.#open.size;
  }

  /** Searches for these attempts of one message; each has a number of its own. */
  search(
    attempts: ReadonlyMap<number, SoughtAttempt>,
    scene: SearchScene,
    onEnd: (end: MessageSearchEnd) => void,
  ): MessageSearch {
    const dependencies = { desk: this.#desk, likes: this.likes, clock: this.#clock };
    const search: MessageSearch = new MessageSearch(dependencies, scene, (end) => {
      this.#open.delete(search);
      const [first] = attempts.values();
      this.#log.debug({ id: first?.messageId, ...end }, 'search over');
      onEnd(end);
    });
    this.#open.add(search);
    search.start(attempts);
    if (this.#stopped) search.stop('the agent is stopping');
    return search;
  }

  /** Forgets a search that was cancelled. */
  cancel(search: MessageSearch): void {
    this.#open.delete(search);
    search.cancel();
  }

  /** Ends every search, and every further one at once, as inconclusive. */
  stop(): void {
    this.#stopped = true;
    this.#desk.stop();
    for (const search of [...this.#open]) search.stop('the agent is stopping');
  }
}

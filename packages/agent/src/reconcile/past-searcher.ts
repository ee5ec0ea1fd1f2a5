import type { Clock, MessageSearchEnd } from '@waystation/core';
import type { Routing, RoutingState } from '../send/routing.ts';
import type { BootClock, BootInstant } from './boot-clock.ts';
import type { PastAttempt, PastMessage, PastSearch, RunningPastSearch } from './past-search.ts';
import type { Searcher } from './searcher.ts';
import { sharesRecords, valuesOf } from './sought-attempt.ts';
import type { SoughtAttempt } from './sought-attempt.ts';

/** What searching for the past needs. */
export interface PastSearcherDependencies {
  readonly routing: Pick<Routing, 'acquire'>;
  readonly searcher: Pick<Searcher, 'search' | 'likes'>;
  readonly clock: Clock;
  readonly bootClock?: BootClock;
}

/** Searches for attempts that a journal remembers, by the strategy in force. */
export class PastSearcher implements PastSearch {
  readonly #dependencies: PastSearcherDependencies;

  constructor(dependencies: PastSearcherDependencies) {
    this.#dependencies = dependencies;
  }

  search(past: PastMessage): RunningPastSearch {
    const { routing, searcher, clock } = this.#dependencies;
    const lease = routing.acquire();
    if (lease === undefined) return noSearch('the agent has no strategy yet');
    const { state } = lease;
    const attempts = new Map<number, SoughtAttempt>();
    for (const [number, attempt] of past.attempts.entries()) {
      const sought = this.#soughtOf(past, attempt, state);
      if (sought !== undefined) attempts.set(number, sought);
    }
    const left = 'the channel of an attempt has left the strategy';
    if (attempts.size === 0) {
      lease.release();
      return noSearch(left);
    }
    const { wantedBy } = past;
    const scene = {
      channels: [...state.channels.values()],
      rules: state.snapshot.strategy.reconcile,
      ...(wantedBy !== undefined && { wantedBy }),
    };
    const noted = [...attempts.values()].map((attempt) => ({
      attempt,
      like: searcher.likes.note(attempt, clock.now()),
    }));
    let stop = (): void => undefined;
    const end = new Promise<MessageSearchEnd>((resolve) => {
      const search = searcher.search(attempts, scene, (one) => {
        for (const { attempt, like } of noted) {
          if (like === undefined) continue;
          if (one.kind === 'absent') searcher.likes.ended(like, 'not-sent', clock.now());
          if (one.kind === 'found' && attempt.candidate.channel === one.channel) {
            searcher.likes.ended(like, 'accepted', clock.now());
          }
        }
        resolve(one);
      });
      stop = () => {
        search.stop('it was given up');
      };
    }).finally(() => {
      lease.release();
    });
    return {
      end: end.then((one) =>
        one.kind === 'absent' && attempts.size < past.attempts.length
          ? { kind: 'inconclusive', reason: left }
          : one,
      ),
      stop: () => {
        stop();
      },
    };
  }

  #soughtOf(
    { id, message }: PastMessage,
    attempt: PastAttempt,
    { channels }: RoutingState,
  ): SoughtAttempt | undefined {
    const { candidate, outId, unique, templateCode } = attempt;
    const channel = channels.get(candidate.channel);
    if (channel?.host !== candidate.host || channel.account !== candidate.account) return undefined;
    return {
      messageId: id,
      candidate,
      sought: {
        ...{ outId, unique, templateCode },
        e164: message.e164,
        ...valuesOf(message),
      },
      time: this.#timeOf(attempt),
      recordsShared: sharesRecords(channel),
    };
  }

  #timeOf({ startedAt, started, ended, lastsMs }: PastAttempt): SoughtAttempt['time'] {
    const began = this.#instantOf(started);
    // Its process is gone, and its connections with it: whatever was on its way has arrived or never will.
    const endedAt = this.#instantOf(ended) ?? this.#dependencies.clock.now();
    return {
      startedWall: startedAt,
      endedAt,
      lastedMs: lastsMs,
      ...(began !== undefined && { startedAt: began }),
    };
  }

  /** An instant of the boot clock on the clock of this process. */
  #instantOf(instant: BootInstant | undefined): number | undefined {
    const { clock, bootClock } = this.#dependencies;
    if (instant === undefined || bootClock === undefined || instant.boot !== bootClock.boot) return undefined;
    return clock.now() - (bootClock.now() - instant.at);
  }
}

function noSearch(reason: string): RunningPastSearch {
  return { end: Promise.resolve({ kind: 'inconclusive', reason }), stop: () => undefined };
}

import type { MessageSearchEnd } from '@waystation/core';
import { Searcher } from '../reconcile/searcher.ts';
import type { SoughtAttempt } from '../reconcile/sought-attempt.ts';
import { messageIdLength } from '../send/message-id.ts';
import { AskedChannel } from './asked-channel.ts';
import { realClock as clock, silentLog } from './send-fixture.ts';

const rules = { firstMs: 500, intervalMs: 2000, settleMs: 3000, budgetMs: 60_000 };

/** An id as long as real ones are. */
export const idOf = (name: string) => name.padEnd(messageIdLength, '0');

/** An attempt at `one` that has just ended unknown; the message's name is its OutId. */
export function attemptOf(name: string, e164: string, change: Partial<SoughtAttempt['sought']> = {}) {
  const now = clock.now();
  const sought = { e164: [e164], templateCode: 'SMS_154950909', outId: name, unique: true };
  return {
    messageId: idOf(name),
    candidate: { channel: 'one', host: 'one:443', account: 'main' },
    sought: { ...sought, values: ['4071'], ...change },
    time: { startedAt: now, startedWall: clock.wallTime(), endedAt: now },
    recordsShared: false,
  } satisfies SoughtAttempt;
}

/** Another number for each `at`. */
export const number = (at: number) => `+86138${String(at).padStart(8, '0')}`;

/** A searcher with two channels of one account to ask. */
export class SearchFixture {
  bounds = { perSecond: 50, maxConcurrent: 20 };
  readonly one = new AskedChannel(clock, 'one');
  readonly two = new AskedChannel(clock, 'two');
  readonly searcher = new Searcher(
    { clock, log: silentLog },
    {
      bounds: () => this.bounds,
      limits: () => ({ connectMs: 2000, readMs: 2000 }),
      budgetMs: () => 60_000,
    },
  );

  /** Searches for one attempt of a message; `ends` is filled with what is told. */
  readonly search = (
    attempt: SoughtAttempt,
    ends: MessageSearchEnd[] = [],
    channels = [this.one, this.two],
  ): MessageSearchEnd[] => {
    this.searcher.search(new Map([[1, attempt]]), { rules, channels }, (end) => {
      ends.push(end);
    });
    return ends;
  };
}

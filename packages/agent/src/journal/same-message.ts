import { buildRouteMatcher } from '@waystation/core';
import type { Message, RouteMatcher, Strategy } from '@waystation/core';
import type { JournalEntry } from './journal-entry.ts';

/** A strategy's routes, prepared once. */
interface Prepared {
  readonly strategy: Strategy;
  /** Absent where no route asks for it. */
  readonly matcher?: RouteMatcher;
}

/** Tells how long messages like another are that one (`dedupeMs` of their route). */
export class SameMessages {
  #prepared: Prepared | undefined;

  /** In ms; 0: each is a message of its own. */
  withinMs(strategy: Strategy | undefined, message: Message, route: string | undefined): number {
    if (strategy === undefined) return 0;
    if (this.#prepared?.strategy !== strategy) {
      const some = strategy.routes.some(({ dedupeMs }) => dedupeMs > 0);
      this.#prepared = { strategy, ...(some && { matcher: buildRouteMatcher(strategy) }) };
    }
    const match = this.#prepared.matcher?.match(message, route);
    return match?.matched === true ? match.route.dedupeMs : 0;
  }
}

/**
 * The key that a message without one has for being like others. It holds what no caller's key may, so that it is
 * never one of those.
 */
export function impliedKey(payload: string): string {
  return `\0same ${payload}`;
}

/** Whether what an entry says no longer binds a message that came `withinMs` (absent: a caller's key) after it. */
export function isSpent(entry: JournalEntry, withinMs: number | undefined, wallTime: number): boolean {
  if (entry.state === 'open') return false;
  // It was kept to be shown, and nobody was texted.
  if (!['accepted', 'rejected', 'unknown'].includes(entry.result.kind)) return true;
  if (withinMs === undefined) return false;
  // Nobody was texted: the next one may fare better.
  if (entry.state === 'done' && entry.result.kind === 'rejected') return true;
  return wallTime - entry.endedAt >= withinMs;
}

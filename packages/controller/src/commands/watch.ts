import type { FleetKeys } from '@waystation/core';
import type { CommandDefinition } from '../command-definition.ts';
import { parseAgent } from '../fleet/agents.ts';
import { follow } from '../fleet/follow.ts';
import type { Followed } from '../fleet/follow.ts';
import { parseEvent } from '../fleet/events.ts';
import { readOverride } from '../fleet/overrides.ts';
import { printable } from '../output/printable.ts';
import { untilStopped } from '../workflow/until-stopped.ts';

/** One thing that happened to the fleet. */
interface Happening {
  readonly what: 'strategy' | 'override' | 'agent' | 'event';
  readonly name: string;
  readonly summary: string;
  readonly revision?: number;
}

/** `wayctl watch`. */
export const watchCommand: CommandDefinition = {
  name: 'watch',
  summary: 'Follow the fleet: strategy, overrides, agents and events as they change',
  details:
    'Goes on until ctrl-C. -o json prints a line of JSON a change. What changed while etcd was away is told once it is back.',
  examples: ['wayctl watch', 'wayctl --env staging watch -o json'],
  async run(invocation) {
    const keys = await invocation.keys();
    const store = await invocation.store();
    const teller = new Teller(keys);
    return untilStopped(invocation, async (signal) => {
      const onTrouble = (error: Error): void => {
        invocation.warn(`${error.message}; following again`);
      };
      for await (const change of follow(store, keys.root, { signal, onTrouble })) {
        const happening = teller.tell(change);
        if (happening === undefined) continue;
        const at = new Date(invocation.world.clock.wallTime()).toISOString();
        await invocation.emitOne(
          { at, ...happening },
          (colours) =>
            `${colours.dim(at)} ${colours.bold(happening.what)} ${printable(happening.name)} ${printable(happening.summary)}\n`,
        );
      }
    });
  },
};

/** Turns changes of keys into happenings; remembers what each agent said last, since most reports say little new. */
class Teller {
  readonly #keys: FleetKeys;
  readonly #agents = new Map<string, string>();

  constructor(keys: FleetKeys) {
    this.#keys = keys;
  }

  tell(change: Followed): Happening | undefined {
    if (change.type === 'caught-up') return undefined;
    const key = change.type === 'put' ? change.entry.key : change.key;
    if (key.startsWith(this.#keys.agents)) return this.#agent(key, change);
    if (key === this.#keys.strategy) return strategy(change);
    if (key.startsWith(this.#keys.overrides)) return override(key.slice(this.#keys.overrides.length), change);
    // The past is what `wayctl events` shows.
    if (key.startsWith(this.#keys.events) && change.type === 'put' && !change.initial) return event(change);
    return undefined;
  }

  #agent(key: string, change: Exclude<Followed, { type: 'caught-up' }>): Happening | undefined {
    const name = key.slice(this.#keys.agents.length);
    if (change.type === 'delete') {
      this.#agents.delete(name);
      return { what: 'agent', name, summary: 'gone' };
    }
    const { report } = parseAgent(this.#keys, key, change.entry.value);
    const routes =
      report?.routing === undefined
        ? 'has no strategy'
        : `routes by revision ${report.routing.revision} from ${report.routing.source}`;
    const refused =
      report?.refused === undefined
        ? ''
        : `, refused revision ${report.refused.revision}: ${report.refused.reason}`;
    const summary = report === undefined ? 'sends a report of another version' : `${routes}${refused}`;
    if (this.#agents.get(name) === summary) return undefined;
    this.#agents.set(name, summary);
    return { what: 'agent', name, summary };
  }
}

function strategy(change: Exclude<Followed, { type: 'caught-up' }>): Happening {
  return change.type === 'put'
    ? {
        what: 'strategy',
        name: '',
        summary: `is at revision ${change.entry.modRevision}`,
        revision: change.entry.modRevision,
      }
    : { what: 'strategy', name: '', summary: 'was deleted; agents go on with the last one' };
}

function override(channel: string, change: Exclude<Followed, { type: 'caught-up' }>): Happening {
  if (change.type === 'delete') return { what: 'override', name: channel, summary: 'no override any more' };
  const held = readOverride(change.entry.value);
  const why = held?.reason === undefined ? '' : `: ${held.reason}`;
  return {
    what: 'override',
    name: channel,
    summary: held === undefined ? 'unreadable' : `${held.kind}${why}`,
    revision: change.entry.modRevision,
  };
}

function event(change: Extract<Followed, { type: 'put' }>): Happening | undefined {
  const [stored] = parseEvent(change.entry.key, change.entry.value);
  return stored === undefined
    ? undefined
    : { what: 'event', name: stored.event.type, summary: `${stored.event.by}: ${stored.event.summary}` };
}

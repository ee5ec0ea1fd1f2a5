import type { FleetEvent } from '@waystation/core';
import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { listEvents, maxEvents, parseEvent } from '../fleet/events.ts';
import { follow } from '../fleet/follow.ts';
import type { Colours } from '../output/colours.ts';
import { printable } from '../output/printable.ts';
import { untilStopped } from '../workflow/until-stopped.ts';

const defaultLimit = 50;

/** `wayctl events`. */
export const eventsCommand: CommandDefinition = {
  name: 'events',
  summary: 'Show what was done to the fleet: who, when, why',
  details: `The newest ${maxEvents} are kept. With --follow new ones are printed as they come, until ctrl-C; -o json then prints a line of JSON an event.`,
  options: [
    { flags: '-f, --follow', description: 'go on with new events as they come' },
    {
      flags: '--limit <count>',
      description: `newest events to begin with, at most ${maxEvents} (default ${defaultLimit}); 0 with --follow: new ones alone`,
    },
  ],
  examples: [
    'wayctl events',
    'wayctl events --follow',
    'wayctl events --limit 1000 -o json | jq .[].summary',
  ],
  async run(invocation) {
    const following = invocation.flag('follow');
    const limit = invocation.integer('limit', '--limit', following ? 0 : 1, maxEvents) ?? defaultLimit;
    const keys = await invocation.keys();
    const store = await invocation.store();
    const { events } = await listEvents(store, keys, { signal: invocation.world.interrupted });
    const shown = limit === 0 ? [] : events.slice(-limit).map(({ event }) => event);
    if (!following) {
      await invocation.emit(shown, (colours) =>
        shown.length === 0 ? 'no events\n' : shown.map((event) => eventLine(event, colours)).join(''),
      );
      return exitCodes.done;
    }
    for (const event of shown) await invocation.emitOne(event, (colours) => eventLine(event, colours));
    const told = new Set(events.map(({ key }) => key));
    return untilStopped(invocation, async (signal) => {
      const onTrouble = (error: Error): void => {
        invocation.warn(`${error.message}; following again`);
      };
      for await (const change of follow(store, keys.events, { signal, onTrouble })) {
        if (change.type !== 'put') continue;
        const { key, value } = change.entry;
        if (change.initial && told.has(key)) continue;
        for (const { event } of parseEvent(key, value)) {
          await invocation.emitOne(event, (colours) => eventLine(event, colours));
        }
      }
    });
  },
};

/** One event as a line. */
function eventLine({ at, by, type, summary, reason }: FleetEvent, colours: Colours): string {
  // Most summaries of operators' acts end with the reason already.
  const why = reason === undefined || summary.endsWith(reason) ? '' : ` (${reason})`;
  return `${colours.dim(printable(at))} ${colours.bold(printable(type))} ${printable(by)}: ${printable(summary + why)}\n`;
}

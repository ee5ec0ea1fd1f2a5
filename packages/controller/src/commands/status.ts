import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { readFleetStatus } from '../fleet/fleet-status.ts';
import type { FleetStatus } from '../fleet/fleet-status.ts';
import type { Colours } from '../output/colours.ts';
import { printable } from '../output/printable.ts';
import { table } from '../output/table.ts';
import type { Cell } from '../output/table.ts';

/** `wayctl status`. */
export const statusCommand: CommandDefinition = {
  name: 'status',
  summary: 'Show the fleet at a glance: strategy, routes, channels, agents',
  examples: ['wayctl status', 'wayctl --env prod status -o json | jq .agents'],
  async run(invocation) {
    const { env, fleet } = (await invocation.common()).connection;
    const status = await readFleetStatus(
      await invocation.store(),
      await invocation.keys(),
      { env, fleet },
      { signal: invocation.world.interrupted },
    );
    await invocation.emit(status, (colours) => renderStatus(status, colours));
    return exitCodes.done;
  },
};

function renderStatus(status: FleetStatus, colours: Colours): string {
  const { strategy, routes, channels, agents } = status;
  const parts = [
    `${colours.bold(`${status.env}/${status.fleet}`)}: ${printable(describeStrategy(strategy))}\n`,
    ...(strategy?.mistakes ?? []).map((mistake) => `${colours.red(printable(mistake))}\n`),
  ];
  if (routes.length > 0) {
    parts.push(
      '\n',
      table(
        ['ROUTE', 'POLICY', 'CHANNELS'],
        routes.map(({ name, policy, channels: order }) => [name, policy, order.join(', ')]),
      ),
    );
  }
  if (channels.length > 0) {
    parts.push(
      '\n',
      table(
        ['CHANNEL', 'PROVIDER', 'ENDPOINT', 'DRAINED ON', 'STATE', 'OVERRIDE', 'WHY'],
        channels.map(
          ({ name, provider, endpoint, drainedOn, agents: knownTo, states, why = '', override }) => [
            name,
            provider,
            endpoint,
            `${drainedOn} of ${knownTo}`,
            stateCell(states, colours),
            override === undefined ? '' : { text: override, paint: colours.yellow },
            why,
          ],
        ),
      ),
    );
  }
  const { total, ...states } = agents;
  const counts = Object.entries(states).flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []));
  parts.push(`\nagents: ${total}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}\n`);
  return parts.join('');
}

/** `healthy` where all agents say so, else each state with how many do. */
function stateCell(states: FleetStatus['channels'][number]['states'], colours: Colours): Cell {
  const counts = Object.entries(states);
  const [first] = counts;
  if (first === undefined) return '-';
  if (counts.length === 1 && first[0] === 'healthy') return 'healthy';
  const text = counts.map(([state, count]) => `${state} ${count}`).join(', ');
  return { text, paint: colours.yellow };
}

function describeStrategy(strategy: FleetStatus['strategy']): string {
  if (strategy === undefined) return 'no strategy yet';
  const by = strategy.by === undefined ? '' : `, by ${strategy.by} at ${strategy.at ?? '?'}`;
  const seq = strategy.seq === undefined ? '' : `, history ${strategy.seq}`;
  const reason = strategy.reason === undefined ? '' : `: ${strategy.reason}`;
  return `strategy at revision ${strategy.revision}${seq}${by}${reason}`;
}

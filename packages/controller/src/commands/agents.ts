import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { agentState, listAgents } from '../fleet/agents.ts';
import type { AgentState, StoredReport } from '../fleet/agents.ts';
import { unwellChannels } from '../fleet/channel-standings.ts';
import type { UnwellChannel } from '../fleet/channel-standings.ts';
import { formatDuration } from '../output/duration.ts';
import { table } from '../output/table.ts';
import type { Cell } from '../output/table.ts';
import type { Colours } from '../output/colours.ts';
import { checkText } from '../strategy/check-strategy.ts';

const mostUnwell = 50;

/** `wayctl agents`. */
export const agentsCommand: CommandDefinition = {
  name: 'agents',
  summary: 'List the agents and the revision that each routes by',
  details:
    'STATE: current (routes by the strategy in etcd), behind (by another), refused (would not take it, see REFUSED), empty (has no strategy yet), unreadable (its report is of another version). An agent without a living lease is not listed. UNWELL: how many of its channels are not healthy; a second table has each with its state (drained, blocked, ejected, limited, probing, degraded, slow-start), when that ends at the earliest, and why.',
  options: [
    {
      flags: '--state <state>',
      description: 'only those in this state',
      values: ['current', 'behind', 'refused', 'empty', 'unreadable'],
    },
  ],
  examples: ['wayctl agents', 'wayctl agents --state refused', 'wayctl agents -o json | jq length'],
  async run(invocation) {
    const signal = invocation.world.interrupted;
    const current = await (await invocation.repository()).read({ signal });
    const checked = current === undefined ? undefined : checkText(current.text, 'strategy in etcd');
    const target =
      current === undefined
        ? undefined
        : {
            revision: current.revision,
            ...(checked?.valid === true ? { digest: checked.digest } : {}),
          };
    const { agents } = await listAgents(await invocation.store(), await invocation.keys(), { signal });
    const wanted = invocation.text('state');
    const rows = agents
      .map((agent) => ({ ...agent, state: agentState(agent, target) }))
      .filter(({ state }) => wanted === undefined || state === wanted);
    const now = invocation.world.clock.wallTime();
    const unwell = rows.flatMap(({ agentId, report }) =>
      unwellChannels(report).map((channel) => ({ agentId, ...channel })),
    );
    await invocation.emit(
      rows.map(({ agentId, state, report }) => ({
        agentId,
        state,
        ...(report === undefined ? {} : { report }),
      })),
      (colours) =>
        rows.length === 0
          ? 'no agents\n'
          : table(
              [
                'AGENT',
                'STATE',
                'REVISION',
                'SOURCE',
                'ACCEPTED',
                'FAILED',
                'UNKNOWN',
                'UP',
                'VERSION',
                'UNWELL',
                'REFUSED',
              ],
              rows.map((row) => agentRow(row, now, colours)),
            ) + unwellTable(unwell, now, colours),
    );
    return exitCodes.done;
  },
};

function agentRow(
  { agentId, state, report }: StoredReport & { readonly state: AgentState },
  now: number,
  colours: Colours,
): readonly Cell[] {
  return [
    agentId,
    { text: state, paint: paintState(state, colours) },
    report?.routing === undefined ? '-' : `${report.routing.revision}`,
    report?.routing?.source ?? '-',
    `${report?.counts.accepted ?? '-'}`,
    `${report?.counts.failed ?? '-'}`,
    `${report?.counts.unknown ?? '-'}`,
    report === undefined ? '-' : formatDuration(now - Date.parse(report.startedAt)),
    report?.version ?? '-',
    `${unwellChannels(report).length || ''}`,
    report?.refused === undefined ? '' : `revision ${report.refused.revision}: ${report.refused.reason}`,
  ];
}

/** Every channel that is not well, with why; a fleet in trouble is cut, since its size says enough. */
function unwellTable(
  unwell: readonly (UnwellChannel & { readonly agentId: string })[],
  now: number,
  colours: Colours,
): string {
  if (unwell.length === 0) return '';
  const rows = unwell.slice(0, mostUnwell).map(({ agentId, channel, state, why, until }) => {
    const left = until === undefined ? 0 : Date.parse(until) - now;
    return [
      agentId,
      channel,
      { text: state, paint: colours.yellow },
      left > 0 ? formatDuration(left) : '-',
      why,
    ];
  });
  const more = unwell.length - rows.length;
  const rest = more > 0 ? `and ${more} more: -o json has them all\n` : '';
  return `\n${table(['AGENT', 'CHANNEL', 'STATE', 'ENDS IN', 'WHY'], rows)}${rest}`;
}

function paintState(state: AgentState, colours: Colours): (text: string) => string {
  switch (state) {
    case 'current':
      return colours.green;
    case 'behind':
    case 'empty':
      return colours.yellow;
    case 'refused':
    case 'unreadable':
      return colours.red;
  }
}

import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { agentState, listAgents } from '../fleet/agents.ts';
import type { AgentState, StoredReport } from '../fleet/agents.ts';
import { formatDuration } from '../output/duration.ts';
import { table } from '../output/table.ts';
import type { Cell } from '../output/table.ts';
import type { Colours } from '../output/colours.ts';
import { checkText } from '../strategy/check-strategy.ts';

/** `wayctl agents`. */
export const agentsCommand: CommandDefinition = {
  name: 'agents',
  summary: 'List the agents and the revision that each routes by',
  details:
    'STATE: current (routes by the strategy in etcd), behind (by another), refused (would not take it, see REFUSED), empty (has no strategy yet), unreadable (its report is of another version). An agent without a living lease is not listed. UNWELL: channels that are not healthy, each with its state; why stands in the output as JSON.',
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
            ),
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
    unwellChannels(report),
    report?.refused === undefined ? '' : `revision ${report.refused.revision}: ${report.refused.reason}`,
  ];
}

/** Channels that are not healthy, each with its state. */
function unwellChannels(report: StoredReport['report']): string {
  return Object.entries(report?.channels ?? {})
    .filter(([, { health = 'healthy' }]) => health !== 'healthy')
    .map(([name, { health }]) => `${name} ${health ?? ''}`)
    .join(', ');
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

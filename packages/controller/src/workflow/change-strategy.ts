import { appliedStrategy } from '../fleet/acknowledgement.ts';
import type { CurrentStrategy } from '../fleet/strategy-repository.ts';
import type { OptionDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Invocation } from '../invocation.ts';
import { checkText } from '../strategy/check-strategy.ts';
import type { ValidStrategy } from '../strategy/check-strategy.ts';
import { describeChanges } from '../strategy/describe-changes.ts';
import {
  acknowledgedCode,
  awaitAgents,
  summarizeAnswers,
  waitOptions,
  waitTimeoutMs,
} from './await-agents.ts';
import { confirm } from './confirm.ts';
import { allowEndpointOption, warnAbout, warningsFor } from './warn-about.ts';

/** The options of every command that changes the strategy. */
export const changeOptions: readonly OptionDefinition[] = [
  { flags: '--reason <text>', description: 'why; kept in the history' },
  {
    flags: '--if-revision <revision>',
    description: 'only if the strategy is at this revision (0: only if there is none)',
  },
  { flags: '--dry-run', description: 'show the change and its warnings, make nothing' },
  { flags: '-y, --yes', description: 'do not ask' },
  ...waitOptions,
  allowEndpointOption,
];

/** A strategy to take the place of another. */
export interface Proposal {
  readonly current: CurrentStrategy | undefined;
  readonly next: ValidStrategy;
  /** Only a part was edited: what was to be warned of before is not told again. Default false. */
  readonly partly?: boolean;
}

/**
 * The one way in which a command changes the strategy: check the revision, warn, show the difference, ask, write in
 * one transaction, wait for the agents, print the result.
 */
export async function changeStrategy(invocation: Invocation, proposal: Proposal): Promise<ExitCode> {
  const { current, next, partly = false } = proposal;
  const reason = invocation.reason();
  waitTimeoutMs(invocation);
  const repository = await invocation.repository();
  const expected = invocation.integer('ifRevision', '--if-revision', 0);
  const base = current?.revision ?? 0;
  if (expected !== undefined && expected !== base) throw await repository.conflict(expected);
  const before = current === undefined ? undefined : checkText(current.text, 'strategy in etcd');
  const valid = before?.valid === true ? before : undefined;
  const known = new Set(partly && valid !== undefined ? warningsFor(invocation, valid) : []);
  const warnings = warningsFor(invocation, next).filter((warning) => !known.has(warning));
  warnAbout(invocation, warnings);
  if (valid?.digest === next.digest) {
    if (invocation.flag('dryRun')) return dryRun(invocation, base, next, { changes: [], warnings });
    return report(invocation, { revision: base, digest: next.digest, changed: false, changes: [] });
  }

  const changes = describeChanges(valid, next);
  await showChanges(invocation, changes);
  if (invocation.flag('dryRun')) return dryRun(invocation, base, next, { changes, warnings });
  // A fleet's first strategy takes nothing away, so there is nothing to ask.
  if (current !== undefined && !(await confirm(invocation, 'Make this change?'))) {
    invocation.say('nothing was changed');
    return exitCodes.failure;
  }
  invocation.world.interrupted.throwIfAborted();
  // Not given up by ctrl-C: its answer comes within the store's deadline, and half an answer helps nobody.
  const { revision, seq } = await repository.commit({
    base,
    ...(valid === undefined ? {} : { parent: valid.digest }),
    document: next.document,
    digest: next.digest,
    action: invocation.command,
    summary: `${invocation.command}: ${changes.join('; ')}`,
    ...(reason === undefined ? {} : { reason }),
  });
  return report(invocation, { revision, seq, digest: next.digest, changed: true, changes });
}

async function showChanges(invocation: Invocation, changes: readonly string[]): Promise<void> {
  // With a machine reading the result, people are still shown what they are asked about.
  const { output } = await invocation.common();
  const colours = invocation.colours();
  for (const change of changes) {
    if (output === 'table') invocation.world.out.write(`${paint(change, colours)}\n`);
    else invocation.say(change);
  }
}

function paint(change: string, colours: ReturnType<Invocation['colours']>): string {
  if (change.startsWith('+')) return colours.green(change);
  return change.startsWith('-') ? colours.red(change) : colours.yellow(change);
}

async function dryRun(
  invocation: Invocation,
  revision: number,
  { digest }: ValidStrategy,
  { changes, warnings }: { readonly changes: readonly string[]; readonly warnings: readonly string[] },
): Promise<ExitCode> {
  const data = { dryRun: true, revision, digest, changed: false, changes, warnings };
  await invocation.emit(data, () =>
    changes.length === 0
      ? `dry run: nothing to change, the strategy at revision ${revision} is the same\n`
      : 'dry run: nothing was changed\n',
  );
  return exitCodes.done;
}

async function report(
  invocation: Invocation,
  result: {
    readonly revision: number;
    readonly seq?: number;
    readonly digest: string;
    readonly changed: boolean;
    readonly changes: readonly string[];
  },
): Promise<ExitCode> {
  const line = result.changed
    ? `strategy is at revision ${result.revision}, history ${result.seq ?? 0}`
    : `nothing to change: the strategy at revision ${result.revision} is the same`;
  const { output } = await invocation.common();
  // Said before the wait begins, so that whoever stops waiting knows what stands.
  if (output === 'table') invocation.world.out.write(`${line}\n`);
  const agents = await awaitAgents(invocation, appliedStrategy(result.revision));
  await invocation.emit({ ...result, ...(agents === undefined ? {} : { agents }) }, () =>
    agents === undefined ? '' : `${summarizeAnswers(agents)}\n`,
  );
  return invocation.world.interrupted.aborted ? exitCodes.interrupted : acknowledgedCode(agents);
}

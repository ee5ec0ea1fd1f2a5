import type { StoreCompare } from '@waystation/core';
import type { Override } from '@waystation/core';
import { appliedDrain } from '../fleet/acknowledgement.ts';
import { OverrideRepository } from '../fleet/override-repository.ts';
import { listOverrides } from '../fleet/overrides.ts';
import type { StoredOverride } from '../fleet/overrides.ts';
import type { CurrentStrategy } from '../fleet/strategy-repository.ts';
import { neighbours } from '../fleet/usable-channels.ts';
import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Invocation } from '../invocation.ts';
import type { ValidStrategy } from '../strategy/check-strategy.ts';
import { acknowledgedCode, awaitAgents, summarizeAnswers, waitTimeoutMs } from './await-agents.ts';
import { requireValid } from './current-strategy.ts';

/** What an override is decided from. */
export interface ChannelFacts {
  readonly current: CurrentStrategy;
  readonly strategy: ValidStrategy;
  readonly overrides: ReadonlyMap<string, StoredOverride>;
}

/** Reads the strategy and every override. */
export async function readChannelFacts(invocation: Invocation): Promise<ChannelFacts> {
  const { current, strategy } = await requireValid(invocation);
  const overrides = await listOverrides(await invocation.store(), await invocation.keys(), {
    signal: invocation.world.interrupted,
  });
  return { current, strategy, overrides };
}

/** Writes an override (or removes it), waits for the agents where asked to, and prints the result. */
export async function changeOverride(
  invocation: Invocation,
  facts: ChannelFacts,
  change: {
    readonly channel: string;
    readonly kind: 'drain' | 'undrain' | 'pin' | 'unpin';
    readonly override?: Override;
    readonly forMs?: number;
    readonly summary: string;
  },
): Promise<ExitCode> {
  const { channel, kind, override, forMs, summary } = change;
  const reason = invocation.reason();
  waitTimeoutMs(invocation);
  if (invocation.flag('dryRun')) {
    await invocation.emit({ dryRun: true, channel, change: kind }, () => `dry run: nothing was changed\n`);
    return exitCodes.done;
  }
  const writer = await invocation.writer();
  const { keys } = writer;
  const repository = new OverrideRepository(writer);
  const seen: readonly StoreCompare[] = [
    { key: keys.strategy, modRevision: facts.current.revision },
    ...neighbours(facts.strategy.strategy, channel).map((name) => ({
      key: keys.override(name),
      modRevision: facts.overrides.get(name)?.modRevision ?? 0,
    })),
  ];
  invocation.world.interrupted.throwIfAborted();
  const revision = await repository.write(channel, {
    ...(override === undefined ? {} : { override }),
    ...(forMs === undefined ? {} : { forMs }),
    seen,
    event: {
      type: `channel-${kind}`,
      summary,
      data: { channel, ...(forMs === undefined ? {} : { forMs }) },
      ...(reason === undefined ? {} : { reason }),
    },
  });
  const { output } = await invocation.common();
  if (output === 'table') invocation.world.out.write(`${summary}\n`);
  const agents = await awaitAgents(invocation, appliedDrain(channel, kind === 'drain'));
  await invocation.emit(
    { channel, change: kind, changed: true, revision, ...(agents === undefined ? {} : { agents }) },
    () => (agents === undefined ? '' : `${summarizeAnswers(agents)}\n`),
  );
  return invocation.world.interrupted.aborted ? exitCodes.interrupted : acknowledgedCode(agents);
}

/** Says that there is nothing to do. */
export async function overrideUnchanged(
  invocation: Invocation,
  channel: string,
  line: string,
): Promise<ExitCode> {
  await invocation.emit({ channel, changed: false }, () => `${line}\n`);
  return exitCodes.done;
}

import { strategyDigestInSteps } from '@waystation/config';
import { canonicalJson, parseJsonInSteps, parseStrategyInSteps, strategyError } from '@waystation/core';
import type { Clock, Revision, RoutingSnapshot, Steps, StrategyWarning } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import { SlicedWork } from './sliced-work.ts';
import type { OfferedStrategy, StrategySource, StrategyTaker } from './offered-strategy.ts';
import type { StrategyApplier } from './strategy-applier.ts';

/** What is routed by. */
export interface AppliedStrategy {
  readonly snapshot: RoutingSnapshot;
  readonly source: StrategySource;
  /** Wall-clock ms at which this strategy, with these overrides, came into force. */
  readonly appliedAt: number;
  /** What an operator should know of it, in sentences. */
  readonly warnings: readonly string[];
}

/** The newest strategy that was refused. */
export interface RefusedStrategy {
  readonly revision: Revision;
  readonly reason: string;
  /** Wall-clock ms. */
  readonly at: number;
}

/** What the intake works with. */
export interface StrategyIntakeDependencies {
  readonly applier: Pick<StrategyApplier, 'applyInSteps'>;
  readonly clock: Clock;
  readonly log: AgentLogger;
  /** Keeps what was applied for the next start. */
  readonly save: (offered: OfferedStrategy) => void;
  /** Called after every change of what is routed by or refused. */
  readonly onChange: () => void;
}

/**
 * The one way in for strategies: parse, check, apply; what is refused leaves the last good one in force. They are
 * taken one after the other, each in slices between which messages have their turn; a small one is taken at once.
 */
export class StrategyIntake implements StrategyTaker {
  readonly #dependencies: StrategyIntakeDependencies;
  readonly #work: SlicedWork;
  /** The last that was offered, and the last of them that is routed by. */
  #newest: OfferedStrategy | undefined;
  #good: OfferedStrategy | undefined;
  #applied: AppliedStrategy | undefined;
  #firstSource: StrategySource | undefined;
  #refused: RefusedStrategy | undefined;
  #reloads = 0;
  #refusals = 0;

  constructor(dependencies: StrategyIntakeDependencies) {
    this.#dependencies = dependencies;
    this.#work = new SlicedWork(dependencies);
  }

  get applied(): AppliedStrategy | undefined {
    return this.#applied;
  }

  /** Where the first strategy that was applied came from; absent before it. */
  get firstSource(): StrategySource | undefined {
    return this.#firstSource;
  }

  /** Absent once a later one was applied. */
  get refused(): RefusedStrategy | undefined {
    return this.#refused;
  }

  /** Strategies applied and refused since the start. */
  get counts(): { readonly applied: number; readonly refused: number } {
    return { applied: this.#reloads, refused: this.#refusals };
  }

  offer(offered: OfferedStrategy): void {
    this.#newest = offered;
    this.#add(offered, this.#take(offered));
  }

  override(overrides: OfferedStrategy['overrides']): void {
    const newest = this.#newest;
    if (newest === undefined || canonicalOverrides(newest) === canonicalOverrides({ overrides })) return;
    this.offer({ ...newest, overrides });
  }

  /** Waits until everything that was offered has been taken or refused. */
  settled(): Promise<void> {
    return this.#work.settled();
  }

  /** Takes nothing more; what is half taken is dropped. */
  stop(): void {
    this.#work.stop();
  }

  /** Looks once more at the newest strategy, since what it is checked against has changed. */
  reconsider(): void {
    if (this.#newest !== undefined) this.offer(this.#newest);
  }

  refuse(source: StrategySource, revision: Revision, reason: string): void {
    this.#add({ source, revision }, this.#refuseInTurn(source, revision, reason));
  }

  #add({ source, revision }: Pick<OfferedStrategy, 'source' | 'revision'>, steps: Steps<void>): void {
    this.#work.add(steps, (error) => {
      this.#dependencies.log.error({ err: error, source, revision }, 'strategy not taken, by a defect');
      this.#refuse(
        source,
        revision,
        'a defect of the agent keeps it from taking this strategy; its log says more',
      );
    });
  }

  /** After those that were offered before it. */
  *#refuseInTurn(source: StrategySource, revision: Revision, reason: string): Steps<void> {
    this.#refuse(source, revision, reason);
  }

  *#take(offered: OfferedStrategy): Steps<void> {
    const reason = yield* this.#apply(offered);
    if (reason === undefined) {
      this.#refused = undefined;
      this.#keep(offered);
      return;
    }
    this.#refuse(offered.source, offered.revision, reason);
    // A drain must hold even while the store's newest strategy is one that cannot be used.
    const good = this.#good;
    if (good === undefined || canonicalOverrides(good) === canonicalOverrides(offered)) return;
    const drained = { ...good, overrides: offered.overrides };
    if ((yield* this.#apply(drained)) === undefined) this.#keep(drained);
  }

  #refuse(source: StrategySource, revision: Revision, reason: string): void {
    if (this.#refused?.revision === revision && this.#refused.reason === reason) return;
    this.#refused = { revision, reason, at: this.#dependencies.clock.wallTime() };
    this.#refusals += 1;
    const serving = this.#applied?.snapshot.revision;
    this.#dependencies.log.error({ source, revision, reason, serving }, 'strategy refused');
    this.#dependencies.onChange();
  }

  /** Puts a strategy in force, or tells why not. */
  *#apply(offered: OfferedStrategy): Steps<string | undefined> {
    const { applier, clock, log } = this.#dependencies;
    const document = yield* parseJson(offered.text);
    if (document === undefined) return 'the strategy is not JSON';
    yield;
    const parsed = yield* parseStrategyInSteps(document.value);
    if (!parsed.ok) return strategyError(parsed).message;
    const { revision, overrides, source } = offered;
    const snapshot = {
      revision,
      digest: yield* strategyDigestInSteps(parsed.strategy),
      strategy: parsed.strategy,
      overrides,
    };
    const result = yield* applier.applyInSteps(snapshot);
    if (!result.applied) return result.reason;
    const warnings = [...parsed.warnings.map(inWords), ...result.warnings];
    const before = this.#applied?.snapshot;
    const news = before === undefined || before.digest !== snapshot.digest || before.revision !== revision;
    this.#applied = { snapshot, source, warnings, appliedAt: clock.wallTime() };
    this.#firstSource ??= source;
    this.#reloads += 1;
    const { channels, routes } = parsed.strategy;
    log.info(
      {
        source,
        revision,
        digest: snapshot.digest,
        channels: Object.keys(channels).length,
        routes: routes.length,
        overrides: overrides.size,
      },
      'strategy applied',
    );
    if (news) for (const warning of warnings) log.warn({ revision, warning }, 'strategy warning');
    return undefined;
  }

  #keep(offered: OfferedStrategy): void {
    // What the cache itself offered stands there already.
    if (offered.source !== 'cache' || this.#good !== undefined) this.#dependencies.save(offered);
    this.#good = offered;
    this.#dependencies.onChange();
  }
}

function canonicalOverrides({ overrides }: Pick<OfferedStrategy, 'overrides'>): string {
  return canonicalJson(Object.fromEntries(overrides));
}

function inWords({ message }: StrategyWarning): string {
  return message;
}

function* parseJson(text: string): Steps<{ readonly value: unknown } | undefined> {
  try {
    return { value: yield* parseJsonInSteps(text) };
  } catch {
    return undefined;
  }
}

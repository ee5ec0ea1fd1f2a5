import { emptyRetryBudget } from '@waystation/core';
import type { Message } from '@waystation/core';
import { mayComeLater } from '../deliver/deliver-kept.ts';
import type { HealthTracker } from '../health/health-tracker.ts';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { MessageGate } from '../limits/message-gate.ts';
import type { MessageGateDependencies } from '../limits/message-gate.ts';
import type { SendCounts } from '../status/send-side.ts';
import { AttemptRun } from './attempt-run.ts';
import type { AttemptRunDependencies, BudgetHolder, EndedAttempts } from './attempt-run.ts';
import { newMessageId } from './message-id.ts';
import type { Routing, RoutingLease, RoutingState } from './routing.ts';
import { countOf, resultOf } from './send-outcome.ts';
import type { SendResult } from './send-result.ts';

/** What sending needs. */
export interface SenderDependencies extends Omit<AttemptRunDependencies, 'budget'> {
  readonly routing: Pick<Routing, 'acquire' | 'current'>;
  readonly health: Pick<HealthTracker, 'view' | 'watch'>;
  readonly limits: AttemptRunDependencies['limits'] & MessageGateDependencies['limits'];
}

/** A message's answer, and the promise of what an attempt that was outstanding then came to. */
interface Sent {
  readonly result: SendResult;
  readonly late?: Promise<SendResult>;
}

/** Sends messages: picks channels, and does what the attempt plan says. */
export class Sender implements MessageSender {
  readonly #dependencies: SenderDependencies;
  readonly #gate: MessageGate;
  readonly #budget: BudgetHolder = { current: emptyRetryBudget };
  readonly #counts = { accepted: 0, failed: 0, unknown: 0 };

  constructor(dependencies: SenderDependencies) {
    this.#dependencies = dependencies;
    this.#gate = new MessageGate(dependencies);
  }

  /** Messages by their end since the start. */
  get counts(): SendCounts {
    return { ...this.#counts };
  }

  /** Sends one message by the strategy in force when it came. Never rejects for what others do. */
  async send(message: Message, options: SendOptions): Promise<SendResult> {
    const { routing, clock } = this.#dependencies;
    const id = options.id ?? newMessageId(clock.wallTime());
    const lease = routing.acquire();
    if (lease === undefined) {
      const reason = 'the agent has no strategy yet';
      return this.#counted({ kind: 'no-channel', id, revision: 0, attempts: [], reason, retryAfterMs: 1000 });
    }
    let held = false;
    try {
      const { result, late } = await this.#sendBy(lease.state, id, message, options);
      if (late !== undefined) {
        held = true;
        options.onOpen?.(late);
        void this.#tellLate(late, lease, options);
      }
      // What may still be sent later has not ended yet.
      const goesOn = options.deliverBy !== undefined && mayComeLater(result);
      return goesOn ? result : this.#counted(result);
    } finally {
      if (!held) lease.release();
    }
  }

  /** Keeps the message's channels open until its last answer has come, and passes that on. */
  async #tellLate(late: Promise<SendResult>, lease: RoutingLease, { onLate }: SendOptions): Promise<void> {
    try {
      onLate?.(await late);
    } finally {
      lease.release();
    }
  }

  async #sendBy(state: RoutingState, id: string, message: Message, options: SendOptions): Promise<Sent> {
    const { revision } = state.snapshot;
    const entry = await this.#gate.enter({ state, id, message, options });
    if (!entry.entered) return { result: entry.result };
    const { pick, timeoutMs, settle } = entry;
    const run = new AttemptRun(
      { ...this.#dependencies, budget: this.#budget },
      { state, pick, id, message, options: { ...options, timeoutMs } },
    );
    const told = ({ plan, verdict, accepted }: EndedAttempts) => {
      const ended = { id, revision, route: pick.route.name, attempts: plan.attempts, verdict, accepted };
      const result = resultOf(ended);
      settle(result);
      return result;
    };
    const result = told(await run.run());
    const late = run.late?.then(told);
    return { result, ...(late && { late }) };
  }

  #counted(result: SendResult): SendResult {
    this.#counts[countOf(result)] += 1;
    return result;
  }
}

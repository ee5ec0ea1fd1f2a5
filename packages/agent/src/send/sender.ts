import { RetryBudget } from '@waystation/core';
import type { Message } from '@waystation/core';
import { mayComeLater } from '../deliver/deliver-kept.ts';
import type { HealthTracker } from '../health/health-tracker.ts';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { AttemptNotWritten } from '../journal/attempt-not-written.ts';
import { MessageGate } from '../limits/message-gate.ts';
import type { MessageGateDependencies } from '../limits/message-gate.ts';
import type { SendCounts } from '../status/send-side.ts';
import { AttemptRun } from './attempt-run.ts';
import type { AttemptRunDependencies, EndedAttempts } from './attempt-run.ts';
import { newMessageId } from './message-id.ts';
import type { Routing, RoutingLease } from './routing.ts';
import { countOf, resultOf } from './send-outcome.ts';
import type { SendResult } from './send-result.ts';

/** What sending needs. */
export interface SenderDependencies extends Omit<AttemptRunDependencies, 'budget'> {
  readonly routing: Pick<Routing, 'acquire' | 'current'>;
  readonly health: Pick<HealthTracker, 'view' | 'begun' | 'ended'>;
  readonly limits: AttemptRunDependencies['limits'] & MessageGateDependencies['limits'];
}

/** Sends messages: picks channels, and does what the attempt plan says. */
export class Sender implements MessageSender {
  readonly #dependencies: SenderDependencies;
  readonly #runs: AttemptRunDependencies;
  readonly #gate: MessageGate;
  readonly #counts = { accepted: 0, failed: 0, unknown: 0 };

  constructor(dependencies: SenderDependencies) {
    this.#dependencies = dependencies;
    this.#runs = { ...dependencies, budget: new RetryBudget() };
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
    let late: Promise<SendResult> | undefined;
    let keptBack: (() => void) | undefined;
    try {
      const { state } = lease;
      const gate = this.#gate.enter({ state, id, message, options });
      const entry = gate instanceof Promise ? await gate : gate;
      if (!entry.entered) return this.#over(entry.result, options);
      const { pick, deadline, settle } = entry;
      const run = new AttemptRun(this.#runs, { state, pick, id, message, options }, deadline);
      keptBack = () => {
        if (run.sentNothing) settle({ kind: 'no-journal' });
      };
      const told = (ended: EndedAttempts) => {
        const result = resultOf({ id, revision: state.snapshot.revision, route: pick.route.name }, ended);
        settle(result);
        return result;
      };
      const result = told(await run.run());
      late = run.late?.then(told);
      if (late !== undefined) {
        options.onOpen?.(late);
        void this.#tellLate(late, lease, options);
      }
      return this.#over(result, options);
    } catch (error) {
      // The gate is told that nothing was sent where the journal kept an attempt back.
      if (error instanceof AttemptNotWritten) keptBack?.();
      throw error;
    } finally {
      if (late === undefined) lease.release();
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

  #over(result: SendResult, { deliverBy }: SendOptions): SendResult {
    // What may still be sent later has not ended yet.
    return deliverBy !== undefined && mayComeLater(result) ? result : this.#counted(result);
  }

  #counted(result: SendResult): SendResult {
    this.#counts[countOf(result)] += 1;
    return result;
  }
}

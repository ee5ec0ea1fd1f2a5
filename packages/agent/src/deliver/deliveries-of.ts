import type { Clock, Random, Strategy } from '@waystation/core';
import type { Journal } from '../journal/journal.ts';
import type { AgentLogger } from '../log/logger.ts';
import type { SendSide } from '../status/send-side.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import type { KeptParts } from './deliver-kept.ts';
import { Deliveries } from './deliveries.ts';

/** What an agent has that its waiting messages need. */
interface AgentParts {
  readonly sendSide: Pick<SendSide, 'send' | 'paceOf'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLogger;
  readonly bootClock?: BootClock | undefined;
}

/** The waiting messages of an agent. */
export function deliveriesOf(
  { sendSide, clock, random, log, bootClock }: AgentParts,
  journal: Journal,
  strategy: () => Strategy | undefined,
  onOpen: NonNullable<KeptParts['onOpen']>,
): Deliveries {
  return new Deliveries({
    ...{ journal, clock, random, bootClock, onOpen },
    sender: sendSide,
    paceOf: (message, route) => sendSide.paceOf(message, route),
    totalMs: () => strategy()?.timeouts.totalMs ?? 0,
    log: log.child({ component: 'deliveries' }),
  });
}

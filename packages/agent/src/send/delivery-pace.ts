import { deliveriesPerSecond, deliveryShare, takeOrder } from '@waystation/core';
import type { Message } from '@waystation/core';
import type { RoutingState } from './routing.ts';

/** How fast messages that waited may go out, so that live ones come first. */
export interface DeliveryPace {
  readonly perSecond: number;
  /** Whether a channel has room for one now. */
  readonly room: boolean;
}

/** Beyond so many candidates a message is not looked at. */
const mostCandidates = 100;

/**
 * A tenth of what the slowest of a message's channels takes (`limits.channels`), or 5 a second for one without
 * limit: whichever it goes by then, it stays below that channel's share.
 */
export function deliveryPace(
  state: RoutingState | undefined,
  message: Message,
  route: string | undefined,
): DeliveryPace {
  if (state === undefined) return { perSecond: deliveriesPerSecond, room: false };
  const { picker, channels, snapshot } = state;
  const pick = picker.pick(message, () => 0.5, route === undefined ? {} : { route });
  // Without a channel the try costs nothing, and tells why.
  if (!pick.picked) return { perSecond: deliveriesPerSecond, room: true };
  const names = takeOrder(pick.channels, mostCandidates);
  const limits = snapshot.strategy.limits.channels;
  const rates = names.map((name) => {
    const perSecond = limits[name]?.perSecond;
    return perSecond === undefined ? deliveriesPerSecond : perSecond * deliveryShare;
  });
  return {
    perSecond: Math.min(...rates),
    room: names.some((name) => channels.get(name)?.hasRoom === true),
  };
}

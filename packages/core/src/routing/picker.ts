import type { Random } from '../clock.ts';
import type { HealthView } from '../health/health-view.ts';
import type { Message } from '../model/message.ts';
import type { Route } from '../model/route.ts';
import type { RoutingSnapshot } from '../model/snapshot.ts';
import type { Order } from './order.ts';

/** Which channels a message may go by, best first; or why there is none. */
export type Pick =
  | {
      readonly picked: true;
      readonly route: Route;
      /** At least one channel; drawn without replacement, only as far as it is read. */
      readonly channels: Order<string>;
    }
  | {
      readonly picked: false;
      /** Absent where no route was found. */
      readonly route?: Route;
      readonly reason: string;
    };

/** What a caller may ask for. */
export interface PickOptions {
  /** Name of a route to take, whatever it matches. */
  readonly route?: string | undefined;
  /** Health to go by; without it every channel is as well as the next. */
  readonly health?: HealthView | undefined;
}

/** An immutable picture of one revision; replaced whole. */
export interface Picker {
  readonly snapshot: RoutingSnapshot;
  /** Finds the message's route and orders its channels. Its cost does not grow with the number of channels. */
  pick(message: Message, random: Random, options?: PickOptions): Pick;
}

/** What an ordering needs to know of channels for one message. */
export interface OrderingFacts {
  /** Whether the channel may take the message at all. */
  readonly covers: (channel: string) => boolean;
  /** The share of its traffic that a channel gets now, above 0 and at most 1; absent: everyone gets all of it. */
  readonly share?: (channel: string) => number;
  /** A channel's latency in ms; absent, or undefined for one: nothing is known. */
  readonly latency?: (channel: string) => number | undefined;
}

/** One policy's way of ordering channels, prepared once; those that `covers` refuses are left out. */
export type Ordering = (facts: OrderingFacts, random: Random) => Order<string>;

import type { Random } from '../clock.ts';
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
  readonly route?: string;
}

/** An immutable picture of one revision; replaced whole. */
export interface Picker {
  readonly snapshot: RoutingSnapshot;
  /** Finds the message's route and orders its channels. Its cost does not grow with the number of channels. */
  pick(message: Message, random: Random, options?: PickOptions): Pick;
}

/** One policy's way of ordering channels, prepared once; those that `covers` refuses are left out. */
export type Ordering = (covers: (channel: string) => boolean, random: Random) => Order<string>;

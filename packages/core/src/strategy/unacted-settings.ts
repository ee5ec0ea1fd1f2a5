import type { Channel } from '../model/channel.ts';
import type { Route } from '../model/route.ts';
import type { DocumentPath } from './document-path.ts';

/** Settings of the whole strategy that this version reads and does not act on; a line goes when its work is done. */
export const unactedSettings: readonly DocumentPath[] = [];

/** A setting that this version does not act on, where it says something else than what happens anyway. */
interface Unacted<T> {
  readonly at: DocumentPath;
  /** What happens instead. */
  readonly instead: string;
  readonly appliesTo: (subject: T) => boolean;
}

/** The same of each route. */
export const unactedRouteSettings: readonly Unacted<Route>[] = [];

/** The same of each channel. */
export const unactedChannelSettings: readonly Unacted<Channel>[] = [];

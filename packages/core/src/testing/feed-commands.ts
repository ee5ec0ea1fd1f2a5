import fc from 'fast-check';
import { feedKeys } from './feed-driver.ts';
import type { FeedDriver } from './feed-driver.ts';

const strategies = fc.constantFrom('S1', 'S2', 'S3', 'S4');
const channels = fc.constantFrom('a', 'b');

/** What may happen, as functions on the driver with the words to print them by. */
export const feedCommand = fc.oneof(
  strategies.map(
    (text) =>
      [
        `strategy ${text}`,
        (d: FeedDriver) => {
          d.store.put(feedKeys.strategy, text);
        },
      ] as const,
  ),
  channels.map(
    (c) =>
      [
        `drain ${c}`,
        (d: FeedDriver) => {
          d.store.put(`${feedKeys.overrides}${c}`, '{"kind":"drain"}');
        },
      ] as const,
  ),
  channels.map(
    (c) =>
      [
        `undrain ${c}`,
        (d: FeedDriver) => {
          d.store.delete(`${feedKeys.overrides}${c}`);
        },
      ] as const,
  ),
  fc.constant([
    'delete the strategy',
    (d: FeedDriver) => {
      d.store.delete(feedKeys.strategy);
    },
  ] as const),
  fc.constant([
    'write another key',
    (d: FeedDriver) => {
      d.store.put('r/rollout', 'x');
    },
  ] as const),
  fc.constant([
    'save',
    (d: FeedDriver) => {
      d.store.save();
    },
  ] as const),
  fc.constantFrom('c1', 'c2').map(
    (c) =>
      [
        `restore into ${c}`,
        (d: FeedDriver) => {
          d.store.restore(c);
        },
      ] as const,
  ),
  fc.constant([
    'deliver',
    (d: FeedDriver) => {
      d.deliver();
    },
  ] as const),
  fc.constant([
    'lose the watch',
    (d: FeedDriver) => {
      d.lose();
    },
  ] as const),
  fc.boolean().map(
    (away) =>
      [
        away ? 'store away' : 'store back',
        (d: FeedDriver) => {
          d.away = away;
        },
      ] as const,
  ),
  fc.boolean().map(
    (off) =>
      [
        off ? 'member cut off' : 'member back',
        (d: FeedDriver) => {
          d.cutOff = off;
        },
      ] as const,
  ),
  fc.integer({ min: 1, max: 70_000 }).map(
    (ms) =>
      [
        `wait ${String(ms)}`,
        (d: FeedDriver) => {
          d.wait(ms);
        },
      ] as const,
  ),
);

import { expect, it } from 'vitest';
import { messageIdLength, newMessageId } from './message-id.ts';

it('makes UUIDs of version 7 that sort by time', () => {
  const at = Date.UTC(2026, 0, 1);
  const ids = [0, 1, 2, 1000].map((ms) => newMessageId(at + ms));
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  for (const id of ids) expect(id).toHaveLength(messageIdLength);
  expect([...ids].sort()).toEqual(ids);
  expect(Number.parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16)).toBe(at);
  expect(new Set(Array.from({ length: 1000 }, () => newMessageId(at))).size).toBe(1000);
});

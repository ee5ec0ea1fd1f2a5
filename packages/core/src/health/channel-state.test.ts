import { describe, expect, it } from 'vitest';
import { channelStates, tellChannelState } from './channel-state.ts';
import type { ChannelStateFacts, ChannelStateName } from './channel-state.ts';

const well: ChannelStateFacts = { drained: false, blocks: [] };
const ejected = { state: 'ejected', why: '3 timeouts in a row', until: '2026-01-01T00:01:00.000Z' } as const;
const block = {
  scope: { kind: 'account', name: 'main' },
  code: 'isv.AMOUNT_NOT_ENOUGH',
  reason: 'no balance',
  until: '2026-01-01T00:00:30.000Z',
};

describe('the state of a channel', () => {
  it.each<[ChannelStateName, Partial<ChannelStateFacts>]>([
    ['drained', { drained: true, blocks: [block], limited: 'x', health: ejected }],
    ['blocked', { blocks: [block], limited: 'x', health: ejected }],
    ['ejected', { limited: 'x', health: ejected }],
    ['limited', { limited: 'x', health: { state: 'probing', why: 'y' } }],
    ['probing', { health: { state: 'probing', why: 'y' } }],
    ['degraded', { health: { state: 'degraded', why: 'y' } }],
    ['slow-start', { health: { state: 'slow-start', why: 'y' } }],
    ['healthy', {}],
  ])('is %s before what is weaker', (state, facts) => {
    expect(tellChannelState({ ...well, ...facts }).state).toBe(state);
  });

  it('names every state that there is', () => {
    expect(channelStates).toHaveLength(8);
  });

  it('says whose block it is, with its code and the last end of all', () => {
    const later = { ...block, scope: { kind: 'host', name: 'h:443' }, until: '2026-01-01T00:00:40.000Z' };
    expect(tellChannelState({ ...well, blocks: [block, later] })).toEqual({
      state: 'blocked',
      why: 'its host h:443: no balance',
      code: 'isv.AMOUNT_NOT_ENOUGH',
      until: '2026-01-01T00:00:40.000Z',
    });
  });

  it('says when an ejection ends, and why it came to it', () => {
    expect(tellChannelState({ ...well, health: ejected })).toEqual(ejected);
  });
});

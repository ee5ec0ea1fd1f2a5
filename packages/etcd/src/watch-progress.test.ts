import { describe, expect, it } from 'vitest';
import type { StoreEvent } from '@waystation/core';
import { WatchProgress } from './watch-progress.ts';

const change = (revision: number): StoreEvent => ({ type: 'delete', key: 'k', revision });

describe('how far a watch has come', () => {
  it('is what a read said a period ago, since changes up to there may still be on their way', () => {
    const progress = new WatchProgress(5);
    expect(progress.onRead(9)).toEqual({ revision: 5, events: [] });
    expect(progress.onRead(12)).toEqual({ revision: 9, events: [] });
    expect(progress.onEvents([change(10), change(11)])).toEqual({
      revision: 11,
      events: [change(10), change(11)],
    });
  });

  it('does not move on by a read whose changes still come in', () => {
    const progress = new WatchProgress(5);
    progress.onRead(9);
    progress.onEvents([change(7)]);
    expect(progress.onRead(12)).toEqual({ revision: 7, events: [] });
    expect(progress.onEvents([change(8)])).toEqual({ revision: 8, events: [change(8)] });
    expect(progress.onRead(12)).toEqual({ revision: 8, events: [] });
    expect(progress.onRead(12)).toEqual({ revision: 12, events: [] });
  });

  it('contradicts a change that comes after it was claimed, and a store that went back', () => {
    const progress = new WatchProgress(5);
    progress.onRead(9);
    progress.onRead(9);
    expect(progress.onEvents([change(9)])).toContain('after all up to 9');
    expect(progress.onRead(8)).toContain('before 9');
  });
});

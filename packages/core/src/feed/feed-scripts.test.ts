import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StoreEntry, StoreEvent } from '../store.ts';
import { feedDefaults } from './feed-state.ts';
import type { FeedEffect, FeedEvent, FeedState, FeedStep } from './feed-state.ts';
import { feedWakeAt, startFeed, stepFeed } from './feed-step.ts';

/*
 * Each script is a story: a line with ">" is what happens (or, with `state`, a question), the lines below it are
 * what the feed wants done. The dice always show 0.5.
 */
const folder = new URL('scripts/', import.meta.url);
const options = { ...feedDefaults, keys: { strategy: 'r/strategy', overrides: 'r/overrides/' } };

function showEffect(effect: FeedEffect): string {
  switch (effect.type) {
    case 'list':
    case 'check':
      return `${effect.type} #${String(effect.generation)}`;
    case 'watch':
      return `watch #${String(effect.generation)} from ${String(effect.fromRevision)}`;
    case 'stop':
      return 'stop';
    case 'warn':
      return `warn ${effect.about}: ${effect.message}`;
    case 'apply':
      return `apply ${effect.strategy.text}@${String(effect.strategy.revision)}${showOverrides(effect)}`;
    case 'override':
      return `override${showOverrides(effect)}`;
  }
}

function showOverrides({ overrides }: Extract<FeedEffect, { type: 'apply' | 'override' }>): string {
  return [...overrides].map(([channel, { kind }]) => ` ${channel}:${kind}`).join('');
}

function showState(state: FeedState, now: number): string {
  const wake = feedWakeAt(state);
  const parts = [
    ...(state.phase === 'watching' ? [`revision=${String(state.seen?.revision)}`] : []),
    `stale=${state.staleSince === undefined ? 'no' : `${String(now - state.staleSince)}ms`}`,
    `wake=${wake === undefined ? 'never' : `+${String(wake - now)}`}`,
  ];
  return [state.phase, ...parts].join(' ');
}

/** `strategy@7=S1`, `a@9=drain`, `rollout@3=x`; the value `none` is a delete, `junk` no JSON. */
function readChange(text: string): StoreEvent {
  const [, name = '', at = '', value = ''] = /^(\w+)@(\d+)=(\w+)$/.exec(text) ?? [];
  if (name === '') throw new Error(`"${text}" is no change such as strategy@7=S1`);
  const isOverride = name !== 'strategy' && name !== 'rollout';
  const key = isOverride ? `r/overrides/${name}` : `r/${name}`;
  const revision = Number(at);
  if (value === 'none') return { type: 'delete', key, revision };
  const stored = isOverride && value !== 'junk' ? JSON.stringify({ kind: value }) : value;
  return { type: 'put', entry: { key, value: stored, modRevision: revision, createRevision: revision } };
}

function readEntry(text: string): StoreEntry {
  const change = readChange(text);
  if (change.type === 'delete') throw new Error('a list holds no deletes');
  return change.entry;
}

function readEvent(words: readonly string[], at: number, generation: number): FeedEvent {
  const [type = '', ...rest] = words;
  const about = { at, generation };
  switch (type) {
    case 'listed': {
      const [clusterId = '', revision, ...entries] = rest;
      const snapshot = { clusterId, revision: Number(revision), entries: entries.map(readEntry) };
      return { type, ...about, snapshot };
    }
    case 'batch': {
      const [revision, ...events] = rest;
      return { type, ...about, batch: { revision: Number(revision), events: events.map(readChange) } };
    }
    case 'checked': {
      const [clusterId = '', revision, modRevision] = rest;
      return { type, ...about, clusterId, revision: Number(revision), modRevision: Number(modRevision) };
    }
    case 'list-failed':
    case 'watch-lost':
    case 'check-failed':
      return { type, ...about, reason: rest.join(' ') };
    default:
      throw new Error(`"${words.join(' ')}" is no event`);
  }
}

/** Plays the commands of a script and writes it anew with what really came out. */
function play(script: string): string {
  let now = 0;
  let state: FeedState | undefined;
  const lines: string[] = [];
  const take = (step: FeedStep) => {
    state = step.state;
    lines.push(...step.effects.map(showEffect));
  };
  for (const line of script.split('\n').filter((text) => text.startsWith('>') || text.startsWith('#'))) {
    lines.push(line);
    if (line.startsWith('#')) continue;
    let words = line.slice(1).trim().split(/\s+/);
    if (words[0] === 'start') {
      take(startFeed(options, now));
      continue;
    }
    if (state === undefined) throw new Error('a script begins with "> start"');
    if (words[0] === 'state') {
      lines.push(showState(state, now));
      continue;
    }
    let { generation } = state;
    if (words[0] === 'wait') {
      now += Number(words[1]);
      words = words.slice(2);
      if (words.length === 0) take(stepFeed(state, { type: 'time', at: now }, () => 0.5));
    } else if (words[0] === 'late') {
      generation -= 1;
      words = words.slice(1);
    }
    if (words.length > 0) take(stepFeed(state, readEvent(words, now, generation), () => 0.5));
  }
  return `${lines.join('\n')}\n`;
}

describe('the feed', () => {
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.txt'));

  it('has its stories', () => {
    expect(scripts.length).toBeGreaterThanOrEqual(8);
  });

  it.each(scripts)('behaves as told in scripts/%s', (name) => {
    const script = readFileSync(new URL(name, folder), 'utf8');
    expect(play(script)).toBe(script);
  });
});

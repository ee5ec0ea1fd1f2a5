import { describe, expect, it } from 'vitest';
import type { Candidate } from './attempt-verdict.ts';
import { admit, forgetCredentials, keepBlocks, noteOutcome } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome, OutcomeClass, OutcomeFacts } from './outcome.ts';

const one: Candidate = { channel: 'a', host: 'h1', account: 'x', credential: 'k' };
const beside: Candidate = { channel: 'b', host: 'h2', account: 'x', credential: 'l' };
const apart: Candidate = { channel: 'c', host: 'h3', account: 'y', credential: 'm' };
const content = { signName: 's', templateCode: 't' };
/** 2026-02-10 15:30 in Asia/Shanghai. */
const wallTime = Date.UTC(2026, 1, 10, 7, 30);
const hour = 3_600_000;

function outcome(what: OutcomeClass, facts: Partial<OutcomeFacts> = {}): Outcome {
  return outcomeOf(what, { reason: what, written: true, ...facts });
}

function note(blocks: Blocks, ended: Outcome, at: number, startedAt = at, candidate = one): Blocks {
  return noteOutcome(
    blocks,
    { candidate, content, outcome: ended, startedAt },
    { at, wallTime: wallTime + at },
  );
}

/** Asks until told otherwise; gives whether the message goes, and the blocks after it. */
function ask(blocks: Blocks, candidate: Candidate, at: number): readonly [boolean, Blocks] {
  const admission = admit(blocks, candidate, content, at);
  return admission.admitted ? [true, admission.blocks] : [false, blocks];
}

const dayCap = outcome('account', { code: 'isv.DAY_LIMIT_CONTROL' });
const balance = outcome('account', { code: 'isv.AMOUNT_NOT_ENOUGH' });

describe('a block', () => {
  it.each<[string, Outcome, number]>([
    ['a throttle as long as it says', outcome('throttled', { retryAfterMs: 2500 }), 2500],
    ['a throttle that says nothing for a second', outcome('throttled'), 1000],
    ['an empty account for a minute', balance, 60_000],
    ['a refused credential for a minute', outcome('misconfigured'), 60_000],
    ['a missing sign for a minute', outcome('unprovisioned'), 60_000],
    ['a daily cap until midnight in Shanghai', dayCap, 8.5 * hour],
    [
      'a monthly cap until the 1st in Shanghai',
      outcome('account', { code: 'isv.MONTH_LIMIT_CONTROL' }),
      18 * 24 * hour + 8.5 * hour,
    ],
  ])('holds %s', (_, ended, lasts) => {
    const [block] = note(new Map(), ended, 0).values();
    expect(block?.endsAt).toBe(lasts);
  });

  it.each<[string, Outcome, boolean]>([
    ['its account everywhere', balance, false],
    ['its credential only', outcome('misconfigured'), true],
    ['its host only', outcome('misconfigured', { excludes: 'host' }), true],
  ])('holds for %s', (_, ended, goesBeside) => {
    const blocks = note(new Map(), ended, 0);
    expect(ask(blocks, one, 10)[0]).toBe(false);
    expect(ask(blocks, beside, 10)[0]).toBe(goesBeside);
    expect(ask(blocks, apart, 10)[0]).toBe(true);
  });

  it('of a missing sign or template holds for that one only', () => {
    const blocks = note(new Map(), outcome('unprovisioned'), 0);
    expect(admit(blocks, beside, content, 10).admitted).toBe(false);
    expect(admit(blocks, one, { ...content, templateCode: 'other' }, 10).admitted).toBe(true);
  });

  it.each<[string, Outcome]>([
    ['an unreachable host', outcome('unavailable', { written: false })],
    ['an unknown outcome', outcome('unknown')],
    ['a refused message', outcome('rejected')],
    ['a number’s limit', outcome('limited')],
    ['what this host refused by itself', outcome('misconfigured', { written: false })],
  ])('is not made of %s', (_, ended) => {
    expect(note(new Map(), ended, 0).size).toBe(0);
  });

  it('lets one message try at its end, and all once that was accepted', () => {
    const blocks = note(new Map(), balance, 0);
    expect(ask(blocks, one, 59_999)[0]).toBe(false);
    const [goes, tried] = ask(blocks, one, 60_000);
    expect(goes).toBe(true);
    expect(ask(tried, beside, 60_001)[0]).toBe(false);
    const lifted = note(tried, outcome('accepted'), 60_100, 60_000);
    expect(lifted.size).toBe(0);
  });

  it('lets one message try again a minute later where a trial never ended', () => {
    const [, tried] = ask(note(new Map(), balance, 0), one, 60_000);
    expect(ask(tried, one, 119_999)[0]).toBe(false);
    expect(ask(tried, one, 120_000)[0]).toBe(true);
  });

  it('of a cap lets one message try after 1, 2, 4 and then every 5 minutes', () => {
    let blocks = note(new Map(), dayCap, 0);
    const tries: number[] = [];
    for (let at = 0; at < 20 * 60_000; at += 1000) {
      const [goes, next] = ask(blocks, one, at);
      if (goes) tries.push(at / 60_000);
      blocks = goes ? note(next, dayCap, at) : next;
    }
    expect(tries).toEqual([1, 3, 7, 12, 17]);
  });

  it('is not lifted by an acceptance that began before it, nor a throttle by any', () => {
    expect(note(note(new Map(), balance, 100), outcome('accepted'), 200, 50).size).toBe(1);
    expect(note(note(new Map(), outcome('throttled'), 100), outcome('accepted'), 200, 150).size).toBe(1);
  });

  it('is not cut short by a shorter one', () => {
    const [block] = note(note(new Map(), dayCap, 0), outcome('throttled'), 10).values();
    expect(block).toMatchObject({ code: 'isv.DAY_LIMIT_CONTROL' });
  });

  it('outlives a change of strategy that keeps its scope, and no other', () => {
    const blocks = note(note(new Map(), balance, 0), outcome('misconfigured'), 0);
    expect(keepBlocks(blocks, [beside]).size).toBe(1);
    expect(keepBlocks(blocks, [one]).size).toBe(2);
    expect(keepBlocks(blocks, [apart]).size).toBe(0);
  });

  it('of a credential ends when credentials change', () => {
    const blocks = note(note(new Map(), balance, 0), outcome('misconfigured'), 0);
    expect([...forgetCredentials(blocks).values()].map(({ scope }) => scope.kind)).toEqual(['account']);
  });

  it('is one of a bounded number', () => {
    let blocks: Blocks = new Map();
    for (let at = 0; at < 1100; at += 1) {
      const asked = { candidate: one, content: { signName: 's', templateCode: String(at) } };
      blocks = noteOutcome(
        blocks,
        { ...asked, outcome: outcome('unprovisioned'), startedAt: at },
        { at, wallTime },
      );
    }
    expect(blocks.size).toBe(1000);
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentReport, ConfigStore, Steps, StoreLease } from '@waystation/core';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { AgentReporter } from './agent-reporter.ts';

describe('AgentReporter', () => {
  let reporter: AgentReporter | undefined;
  afterEach(async () => {
    await reporter?.stop();
  });

  /** Starts one, and notes what it does. */
  function start(kept: () => Promise<void>): string[] {
    const done: string[] = [];
    const lease: Pick<StoreLease, 'put' | 'revoke' | 'lost'> = {
      put: () => {
        done.push('reported');
        return Promise.resolve(1);
      },
      revoke: () => Promise.resolve(),
      lost: new AbortController().signal,
    };
    const store = { lease: () => Promise.resolve(lease) } as unknown as ConfigStore;
    function* report(): Steps<AgentReport> {
      done.push('made');
      return {} as AgentReport;
    }
    reporter = new AgentReporter(
      {
        openStore: () => Promise.resolve(store),
        report,
        kept: async () => {
          await kept();
          done.push('on disk');
        },
        clock: { now: () => performance.now(), wallTime: () => 0 },
        random: () => 0,
        log: pino({ enabled: false }),
      },
      { key: 'k', diskMs: 20 },
    );
    reporter.start();
    return done;
  }

  it('acknowledges a strategy only when it is on disk', async () => {
    const done = start(async () => {
      await nextTurn();
    });
    await expect.poll(() => done).toContain('reported');
    expect(done).toEqual(['made', 'on disk', 'reported']);
  });

  it('is heard of though its disk does not answer', async () => {
    const done = start(() => new Promise(() => undefined));
    await expect.poll(() => done).toEqual(['made', 'reported']);
  });
});

import { expect, it } from 'vitest';
import type { AttemptStart } from '../send/attempt-log.ts';
import { messageTo, realClock as clock } from '../testing/send-fixture.ts';
import type { JournalStock } from './journal-stock.ts';
import { AttemptNotWritten } from './attempt-not-written.ts';
import { MessageRun } from './message-run.ts';

it('what the journal keeps back tells which of the attempts before it were written', async () => {
  const stock = {
    put: () => Promise.resolve({}),
    idle: () => undefined,
    get: () => undefined,
  } as unknown as JournalStock;
  const payload = { message: messageTo('13800138000') };
  const run = new MessageRun({ stock, clock }, { id: 'm-1', name: 'k', digest: '', payload, deadlineAt: 0 });
  const begin = (channel: string) =>
    run.starting({
      ...{ outId: 'm-1', unique: true, templateCode: 'T', lastsMs: 1, revision: 1, route: 'r' },
      candidate: { channel, host: 'h:443', account: 'a', credential: 'c' },
    } as AttemptStart);
  await begin('one');
  run.ended({
    class: 'throttled',
    code: 'Throttling.User',
    written: true,
    reason: 'no',
    excludes: 'account',
  });
  await begin('two');
  run.ended({ class: 'unavailable', code: 'ECONNREFUSED', written: false, reason: 'no', excludes: 'host' });
  const { kind, attempts } = run.keptBack(new AttemptNotWritten('full', {}));
  expect(kind).toBe('no-journal');
  expect(attempts.map(({ channel, written }) => [channel, written === true])).toEqual([
    ['one', true],
    ['two', false],
  ]);
});

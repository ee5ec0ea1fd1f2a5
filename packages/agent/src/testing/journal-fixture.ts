import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outcomeOf, parseStrategy } from '@waystation/core';
import type { Message, MessageSearchEnd, OutcomeClass, Strategy, StrategyInput } from '@waystation/core';
import type { MessageSender, SendOptions } from '../http/message-sender.ts';
import { Deliveries } from '../deliver/deliveries.ts';
import type { DeliveryPace } from '../send/delivery-pace.ts';
import { Journal } from '../journal/journal.ts';
import type { JournalOptions } from '../journal/journal.ts';
import type { JournalStock } from '../journal/journal-stock.ts';
import { JournalledSender } from '../journal/journalled-sender.ts';
import { payloadText } from '../journal/payload-text.ts';
import { impliedKey } from '../journal/same-message.ts';
import type { PastSearch } from '../reconcile/past-search.ts';
import type { UnknownRule } from '../send/attempt-log.ts';
import type { SendResult } from '../send/send-result.ts';
import { keepingLog } from './send-fixture.ts';

const candidate = { channel: 'one', host: 'one:443', account: 'main', credential: 'main' };

/** A sender that makes one attempt a message, ends it as it is told to, and counts what it wrote. */
class OneAttemptSender implements MessageSender {
  /** Texts that went out, by OutId or id. */
  readonly texts: string[] = [];
  /** What each further attempt ends with, else `accepted`; `never` leaves it open for ever, `absent` is unknown first. */
  script: (OutcomeClass | 'never' | 'absent')[] = [];
  /** Held back before the attempt is written down, until it is resolved. */
  connecting: Promise<void> = Promise.resolve();
  /** Held back until it is resolved. */
  gate: Promise<void> = Promise.resolve();
  /** Held back, once the attempt has ended, until it is resolved. */
  hold: Promise<void> = Promise.resolve();
  /** Messages that were sent or are being sent. */
  sends = 0;
  onLate: SendOptions['onLate'];
  attempts: SendOptions['attempts'];
  /** What an unknown message comes to later; absent: nothing is said of that. */
  end: Promise<SendResult> | undefined;
  /** What the route says of an unknown outcome. */
  rule: UnknownRule = { onUnknownOutcome: 'fail', afterReconcile: 'resend', afterInconclusive: 'fail' };

  async send(message: Message, { id = 'none', attempts, onLate, onOpen }: SendOptions): Promise<SendResult> {
    this.sends += 1;
    this.onLate = onLate;
    this.attempts = attempts;
    const outId = message.outId ?? id;
    const { rule } = this;
    const sent = { outId, unique: false, templateCode: message.templateCode, lastsMs: 1000 };
    await this.connecting;
    await attempts?.starting({ candidate, ...sent, rule, revision: 3, route: 'default' });
    await this.gate;
    const what = this.script.shift() ?? 'accepted';
    if (what === 'never') return new Promise(() => undefined);
    const outcome = what === 'absent' ? 'unknown' : what;
    if (what === 'accepted' || what === 'unknown') this.texts.push(outId);
    attempts?.ended(outcomeOf(outcome, { reason: 'told so', written: outcome !== 'unavailable' }));
    if (what === 'absent') {
      // As the plan does: a search begins, and proves that nothing was sent.
      attempts?.reopen();
      attempts?.absent();
    }
    await this.hold;
    const facts = { id, revision: 3, route: 'default', attempts: [{ channel: 'one', outcome, ms: 1 }] };
    switch (what) {
      case 'accepted':
        return { ...facts, kind: 'accepted', channel: 'one', bizId: 'b-1' };
      case 'unknown':
        if (this.end !== undefined) onOpen?.(this.end);
        return { ...facts, kind: 'unknown', reason: 'it may have been sent' };
      case 'rejected':
        return { ...facts, kind: 'rejected', reason: 'no such number' };
      case 'limited':
        return { ...facts, kind: 'number-limited', retryAfterMs: 1000 };
      default:
        return { ...facts, kind: 'no-channel', reason: 'nobody took it', retryAfterMs: 1000 };
    }
  }
}

/** A journal in a folder of its own, with what sends by it. */
export class JournalFixture {
  readonly behind = new OneAttemptSender();
  route: Partial<StrategyInput['routes'][number]> = {};
  dataDir = '';
  wallTime = (): number => Date.now();
  now = (): number => performance.now();
  /** Fast, so that tests need not wait for it. */
  pace: DeliveryPace = { perSecond: 1000, room: true };
  /** What searches for held messages come to; absent: nobody searches. */
  searched: Promise<MessageSearchEnd> | undefined;
  readonly logged: string[] = [];
  #open:
    | { readonly journal: Journal; readonly sender: JournalledSender; readonly deliveries: Deliveries }
    | undefined;
  readonly #folders: string[] = [];
  #strategy: Strategy | undefined;

  async open(options: Partial<JournalOptions> = {}): Promise<JournalledSender> {
    if (this.dataDir === '') await this.newFolder();
    const clock = { now: () => this.now(), wallTime: () => this.wallTime() };
    const journal = new Journal(
      { clock, log: keepingLog(this.logged) },
      { dataDir: this.dataDir, maxBytes: 1_000_000, retentionMs: 3_600_000, reopenMs: 0, ...options },
    );
    await journal.start();
    const deliveries = new Deliveries({
      ...{ journal, clock, sender: this.behind },
      random: () => 0,
      paceOf: () => this.pace,
      totalMs: () => 10_000,
      log: keepingLog(this.logged),
    });
    deliveries.start();
    const sender = new JournalledSender({
      sender: this.behind,
      journal,
      clock,
      deliveries,
      strategy: () => (this.#strategy ??= this.#newStrategy()),
      ...(this.searched !== undefined && { past: () => this.#past() }),
    });
    this.#open = { journal, sender, deliveries };
    return sender;
  }

  get journal(): Journal {
    return this.#parts().journal;
  }

  get deliveries(): Deliveries {
    return this.#parts().deliveries;
  }

  /** What the open journal keeps. */
  get stock(): JournalStock {
    const { openNow } = this.journal;
    if (openNow === undefined) throw new Error('the journal is not open');
    return openNow.stock;
  }

  /** Where a key's message stands in it. */
  name(key: string): string {
    return this.stock.placeOf(key, '').name;
  }

  /** Where messages like one stand that have no key. */
  nameAlike(message: Message): string {
    return this.name(impliedKey(payloadText(message, undefined)));
  }

  /** Another folder for what is opened next. */
  async newFolder(): Promise<string> {
    this.dataDir = await mkdtemp(join(tmpdir(), 'ws-journal-'));
    this.#folders.push(this.dataDir);
    return this.dataDir;
  }

  /** Closes as a stopping agent does. */
  async close(): Promise<void> {
    await this.#open?.deliveries.stop();
    await this.#open?.sender.settled();
    await this.#open?.journal.stop();
    this.#open = undefined;
  }

  async end(): Promise<void> {
    // A message that is left open for ever is not waited for.
    void this.#open?.deliveries.stop();
    await this.#open?.journal.stop();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }

  /** Goes on from what the disk holds by now, as a killed process leaves it. */
  async crash(): Promise<void> {
    const left = this.dataDir;
    const copy = await this.newFolder();
    await cp(left, copy, { recursive: true });
    void this.#open?.deliveries.stop();
    await this.#open?.journal.stop();
    this.#open = undefined;
  }

  #parts() {
    if (this.#open === undefined) throw new Error('no journal is open');
    return this.#open;
  }

  #past(): PastSearch {
    const end = this.searched ?? Promise.resolve({ kind: 'inconclusive', reason: 'nobody searches' });
    return { search: () => ({ end, stop: () => undefined }) };
  }

  #newStrategy(): Strategy {
    const parsed = parseStrategy({
      schemaVersion: 1,
      channels: { one: { provider: 'aliyun', regionId: 'cn-hangzhou' } },
      routes: [
        {
          name: 'default',
          policy: { kind: 'primary-backup', order: ['one'] },
          onUnknownOutcome: 'fail',
          ...this.route,
        },
      ],
    });
    if (!parsed.ok) throw new Error('the strategy of this test is no strategy');
    return parsed.strategy;
  }
}

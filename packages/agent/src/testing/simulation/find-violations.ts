import { deliveryViolations, jumpedBefore, writingMs } from './delivery-violations.ts';
import { accountName, channelName, hostName } from './history.ts';
import type { History } from './history.ts';
import { at, inTime, notSent } from './known-texts.ts';
import { limitViolations } from './limit-violations.ts';
import type { Run } from './run-history.ts';
import type { Told } from './told.ts';

/** How late an answer may be, in ms. */
const tolerance = 50;
/** A disk as quick as this is never what an answer waits for. */
const promptMs = 5;
/** With less time left than an attempt needs, and the wait before it, none is begun. */
const tooLittleMs = 300 + 100;

/** Every promise that a run has broken, one a line; empty: it kept them all. */
export function findViolations(run: Run): readonly string[] {
  const all = [...run.told, ...run.askedAgain];
  return [
    ...all.flatMap((told) => [
      ...ofAnswer(run, told),
      ...ofTime(run, told),
      ...ofHaste(told),
      ...ofFailover(run, told),
    ]),
    ...tagsOf(all).flatMap((tag) => [...ofDoubles(run, tag), ...ofWrites(run, tag, all)]),
    ...deliveryViolations(run, all),
    ...limitViolations(run, all),
    ...run.askedAgain.flatMap((told) => ofPeace(run, told)),
    ...run.journalFaults,
    ...run.untold.map((number) => `caller ${String(number)} was never told anything`),
  ];
}

/** Nobody is told OK without a text, nor "not sent" with one. */
function ofAnswer(
  { phones, history }: Run,
  { tag, answer, calledAt, toldAt, toldTurn, keyed }: Told,
): string[] {
  if (answer.kind !== 'result') return [];
  const { kind } = answer.result;
  const texts = phones.texts(tag);
  if (kind === 'accepted') {
    return texts.length > 0 ? [] : [`${tag} was told OK at ${at(toldAt)} and there is no text`];
  }
  if (!notSent.has(kind)) return [];
  // Another call with the same key may have sent it later; and without a journal, nobody knows of those before.
  const from = kind === 'no-journal' ? calledAt : 0;
  const goesOn = keyed || kind === 'pending';
  const sent = inTime(history, texts).filter(
    ({ writtenAt, writtenTurn }) => !goesOn || (writtenAt >= from && writtenTurn < toldTurn),
  );
  return sent.length === 0 ? [] : [`${tag} was told ${kind} at ${at(toldAt)} and there is a text`];
}

/** Everybody is answered in time. */
function ofTime({ history, told: all }: Run, { tag, deadline, toldAt, answer }: Told): string[] {
  // That a message is kept is told when it stands on the disk, and its key is free when its end has left it.
  const kept = all.some((told) => told.tag === tag && told.deliverBy !== undefined);
  const writing = kept ? 3 * history.disk.flushMs : 0;
  if (answer.kind !== 'result' || toldAt <= deadline + tolerance + writing) return [];
  return [`${tag} was told ${answer.result.kind} at ${at(toldAt)}, ${String(toldAt - deadline)} ms late`];
}

/** Nobody is told that time is over while there is some. */
function ofHaste({ tag, keyed, deliverBy, deadline, toldAt, answer }: Told): string[] {
  if (answer.kind !== 'result' || answer.result.kind !== 'deadline' || keyed || deliverBy !== undefined)
    return [];
  if (deadline - toldAt <= tooLittleMs) return [];
  return [`${tag} was told deadline at ${at(toldAt)}, ${String(deadline - toldAt)} ms before it`];
}

/** A candidate is asked at least once before a message fails, unless something known stands in the way. */
function ofFailover({ history }: Run, { tag, answer, toldAt, deadline, blocked }: Told): string[] {
  if (answer.kind !== 'result') return [];
  const { kind, attempts } = answer.result;
  if (kind !== 'no-channel' && kind !== 'limited') return [];
  const { reason } = answer.result;
  // The route itself turned it away.
  if (reason.includes('is over its limit')) return [];
  // Who waited for another's answer may have had more time than that one.
  if (deadline - toldAt < tooLittleMs || reason.includes('time ran out')) return [];
  // The route may want that nothing follows an unknown attempt, whatever the search for it says.
  const unknown = attempts.some(({ outcome }) => outcome === 'unknown');
  if (unknown && history.onUnknownOutcome === 'reconcile' && history.afterReconcile === 'fail') return [];
  const places = history.channels.map(({ host, account }, index) => ({
    channel: channelName(index),
    host: hostName(host),
    account: accountName(account),
  }));
  // What was blocked when its turn came is named, though it may be free by now.
  const reached = (name: string): boolean =>
    attempts.some(({ channel }) => channel === name) || reason.includes(`${name}: `);
  const refused = places.filter(({ channel }) =>
    attempts.some((each) => each.channel === channel && each.outcome !== 'unavailable'),
  );
  return places
    .filter(({ channel, account, host }) => {
      if (reached(channel) || refused.some((each) => each.account === account)) return false;
      if (history.drains.some((drain) => channelName(drain.channel) === channel)) return false;
      const scopes = [`account ${account}`, `content ${account}`, `credential ${account}`];
      return ![...scopes, `channel ${channel}`, `host ${host}`].some((scope) => blocked.includes(scope));
    })
    .map(({ channel }) => `${tag} failed at ${at(toldAt)} and ${channel} was never asked`);
}

/** One message is one text, unless its route wants it sent again. */
function ofDoubles({ phones, history }: Run, tag: string): string[] {
  const texts = phones.texts(tag);
  if (texts.length <= 1 || maySendTwice(history) || inTime(history, texts).length < texts.length) return [];
  return [`${tag} became ${String(texts.length)} texts`];
}

/** Whether the route would rather send twice than not at all. */
function maySendTwice({ onUnknownOutcome, afterInconclusive }: History): boolean {
  return (
    onUnknownOutcome === 'resend' || (onUnknownOutcome === 'reconcile' && afterInconclusive === 'resend')
  );
}

/** Nothing is written that nobody waits for any more, nor on a channel that is out of use. */
function ofWrites({ phones, history, crashes, peaceAt }: Run, tag: string, all: readonly Told[]): string[] {
  const calls = all.filter((told) => told.tag === tag && told.answer.kind !== 'refused');
  const written = phones.written(tag);
  const first = written.at(0)?.at ?? Infinity;
  return written.flatMap(({ at: when, wall, channel, numbers }) => {
    const wanted = calls.some(({ calledAt, deadline, hungUpAt, keyed, deliverBy }) => {
      const jumped = jumpedBefore(history, { at: when }, writingMs(history));
      const later = deliverBy !== undefined && (wall < deliverBy || jumped);
      // Where it is in the journal already, after a crash or with a slow disk, it is sent in its time.
      const crashed = crashes.some((crash) => calledAt <= crash.at && crash.at <= when);
      const begun = later && (crashed || !isPrompt(history));
      const left = hungUpAt !== undefined && !keyed && !begun && first > hungUpAt ? hungUpAt : Infinity;
      return calledAt <= when && (when < deadline || later) && when <= left;
    });
    const whole = calls.some((told) => told.numbers.join() === numbers.join());
    const isOut = (drain: History['drains'][number]): boolean =>
      channelName(drain.channel) === channel && drain.atMs < when && when < peaceAt;
    return [
      ...(whole ? [] : [`${tag} was written for other numbers: ${numbers.join()}`]),
      ...(wanted ? [] : [`${tag} was written at ${at(when)}, when nobody waited for it`]),
      ...(history.drains.some(isOut) ? [`${tag} was written to drained ${channel}`] : []),
    ];
  });
}

/**
 * Once everything is over, no key is in use; only a crash makes one unknown of which nothing was written, or a disk
 * that had taken an attempt and did not say so in time.
 */
function ofPeace({ phones, crashes, history }: Run, { tag, answer }: Told): string[] {
  if (answer.kind !== 'result') return [`${tag} was ${answer.kind} in peace`];
  const { kind } = answer.result;
  // A disk that does not take what became of an attempt leaves it open until the next start.
  if (kind === 'in-progress' && history.disk.failing > 0) return [];
  if (kind === 'in-progress' || kind === 'pending') return [`${tag} is ${kind} for ever`];
  if (kind === 'unknown' && isPrompt(history) && crashes.length === 0 && phones.written(tag).length === 0)
    return [`${tag} is unknown, and was never written`];
  return [];
}

function isPrompt({ disk }: History): boolean {
  return disk.flushMs <= promptMs && disk.failing === 0;
}

function tagsOf(all: readonly Told[]): string[] {
  return [...new Set(all.map(({ tag }) => tag))];
}

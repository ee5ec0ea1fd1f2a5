import { lastStartMs } from '@waystation/core';
import { startWall } from './history.ts';
import type { History } from './history.ts';
import { at, inTime, notSent } from './known-texts.ts';
import type { WrittenRequest } from './phones.ts';
import type { Run } from './run-history.ts';
import type { Fate, Told } from './told.ts';

/** Beyond it a wall clock that moved against the monotonic one is doubted, and for so long. */
const doubt = { jumpMs: 60_000, forMs: 300_000 } as const;
/** The last try of a message that waits begins so long before its time at the latest, with a little to spare. */
const lastTryMs = lastStartMs + 500 + 400;
/** So long before that everything is well, where nothing can be said against it. */
const wellMs = 6000;

/** What was promised of messages that may be sent later, and is broken. */
export function deliveryViolations(run: Run, all: readonly Told[]): readonly string[] {
  const tags = [...new Set(all.flatMap(({ tag, deliverBy }) => (deliverBy === undefined ? [] : [tag])))];
  return [
    ...run.fates.flatMap((fate) => ofFate(run, fate, all)),
    ...tags.flatMap((tag) => {
      const calls = all.filter((told) => told.tag === tag);
      return [...ofLastStart(run, tag, calls), ...ofDoubt(run, tag, calls), ...ofExpiry(run, tag, calls)];
    }),
  ];
}

/** A message that was kept ends, and what is said of it then is so. */
function ofFate({ phones, history }: Run, { tag, id, kind }: Fate, all: readonly Told[]): string[] {
  // A key of which nothing was sent is free: who takes it again has another message.
  const taken = all.some((told) => told.keyed && told.tag === tag && idOf(told) !== id);
  if (taken && (kind === undefined || notSent.has(kind))) return [];
  if (kind === undefined) {
    // With a disk that fails the journal may not even open.
    return history.disk.failing > 0 ? [] : [`${tag} was kept as ${id}, and nobody knows of it`];
  }
  // A disk that does not take what became of an attempt leaves it open until the next start.
  if (kind === 'in-progress' && history.disk.failing > 0) return [];
  if (kind === 'pending' || kind === 'in-progress') return [`${tag} was kept, and waits for ever`];
  const texts = phones.texts(tag);
  if (kind === 'accepted' && texts.length === 0) return [`${tag} was kept and is accepted, without a text`];
  const sent = notSent.has(kind) ? inTime(history, texts) : [];
  return sent.length === 0 ? [] : [`${tag} was kept and is ${kind}, and there is a text`];
}

/** The last attempt starts early enough, by the clock of the agent. */
function ofLastStart({ phones, history }: Run, tag: string, calls: readonly Told[]): string[] {
  const times = calls.map(({ deliverBy = Infinity }) => deliverBy);
  const latest = Math.max(...times) - lastStartMs;
  return phones.written(tag).flatMap((written) => {
    if (written.wall <= latest || jumpedBefore(history, written, writingMs(history))) return [];
    return [
      `${tag} was written at ${at(written.at)}, ${String(written.wall - latest)} ms too late for its time`,
    ];
  });
}

/** While the wall clock is in doubt, nothing is sent of our own accord of what waited before. */
function ofDoubt({ phones, history, crashes }: Run, tag: string, calls: readonly Told[]): string[] {
  return phones.written(tag).flatMap(({ at: when }) => {
    if (calls.some(({ calledAt, deadline }) => calledAt <= when && when <= deadline)) return [];
    const keptAt = keptFrom(calls, when);
    const doubted = history.clockJumps.some(({ atMs, byMs }) => {
      const since = atMs + writingMs(history);
      const ended = crashes.some((crash) => crash.at >= keptAt && crash.at <= when);
      // Set while it is being written down, a clock is the one that it is kept by.
      const waiting = keptAt + writingMs(history) < atMs && !ended;
      return waiting && Math.abs(byMs) > doubt.jumpMs && since < when && when < atMs + doubt.forMs;
    });
    return doubted ? [`${tag} was sent at ${at(when)}, while the clock was in doubt`] : [];
  });
}

/** Since when a message has been waiting that is sent at a moment; those before it under its key are over. */
function keptFrom(calls: readonly Told[], when: number): number {
  const kept = calls.filter((told) => isPending(told) && told.toldAt <= when);
  const last = kept.reduce((latest, told) => Math.max(latest, told.toldAt), -Infinity);
  const ids = kept.filter((told) => told.toldAt === last).map(idOf);
  const first = Math.min(...kept.filter((told) => ids.includes(idOf(told))).map((told) => told.toldAt));
  // Under a key that was free again it may be the message of a caller who did not hear of it.
  const isUnheard = ({ kind }: Told['answer']): boolean => kind !== 'result' && kind !== 'refused';
  const unheard = calls.filter(({ answer, calledAt }) => isUnheard(answer) && calledAt <= when);
  return unheard.reduce((latest, { calledAt }) => Math.max(latest, calledAt), first);
}

/** A message that waits is tried until its time: where all was well towards the end, it does not expire. */
function ofExpiry({ history, fates, crashes }: Run, tag: string, calls: readonly Told[]): string[] {
  const expired = fates.some((fate) => fate.tag === tag && fate.kind === 'expired');
  const [first] = calls;
  if (!expired || first?.deliverBy === undefined || calls.length > 1 || !isUndisturbed(history)) return [];
  const lastTry = first.deliverBy - lastTryMs - startWall;
  const ends = [
    ...history.phases.map(({ fromMs, forMs }) => fromMs + forMs),
    ...crashes.map((crash) => crash.at),
  ];
  ends.push(first.toldAt);
  const unwell = ends.some((end) => end + wellMs > lastTry);
  return unwell ? [] : [`${tag} expired, though all was well from ${at(Math.max(0, ...ends))} on`];
}

/** Whether nothing but faults and crashes can keep a message from being sent. */
function isUndisturbed({ clockJumps, storms, drains, limits, disk, phases, timeouts }: History): boolean {
  const blocks = phases.some(({ manner }) => manner.kind === 'says' || manner.kind === 'throttles');
  const limited = limits.route ?? limits.numbers ?? limits.channels.at(0);
  const prompt = disk.failing === 0 && disk.flushMs <= 5;
  return (
    [clockJumps, storms, drains].every((list) => list.length === 0) &&
    !blocks &&
    limited === undefined &&
    prompt &&
    timeouts.totalMs > 1000
  );
}

function idOf({ answer }: Told): string | undefined {
  return answer.kind === 'result' ? answer.result.id : undefined;
}

function isPending({ answer }: Told): boolean {
  return answer.kind === 'result' && answer.result.kind === 'pending';
}

/** From the moment in which an attempt is let begin until it is written at the latest: a few writes to the disk. */
export function writingMs({ disk }: History): number {
  return 3 * (disk.flushMs + 1);
}

/** Whether the wall clock was set shortly before a request was written, by which it may have been let begin. */
export function jumpedBefore(
  { clockJumps }: History,
  { at: when }: Pick<WrittenRequest, 'at'>,
  within: number,
): boolean {
  return clockJumps.some(({ atMs }) => atMs <= when && when <= atMs + within);
}

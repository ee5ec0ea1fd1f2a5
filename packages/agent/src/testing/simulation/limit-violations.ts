import { clockSkewCode } from '@waystation/core';
import { forbiddenChannel, channelName } from './history.ts';
import type { Rate } from './history.ts';
import { at } from './known-texts.ts';
import type { Run } from './run-history.ts';
import { routeNames } from './strategy-of.ts';
import type { Told } from './told.ts';

/** Rates are counted in fractions. */
const rounding = 1e-6;
/** How late a message that waits for its turn may be told that it waited in vain, in ms. */
const lateMs = 50;

/** What was promised of limits, and is broken. */
export function limitViolations(run: Run, all: readonly Told[]): readonly string[] {
  return [
    ...ofRoutes(run, all),
    ...all.flatMap((told) => ofWaiting(run, told)),
    ...ofChannels(run),
    ...ofNumbers(run, all),
    ...all.flatMap((told) => ofNumberLimited(run, told, all)),
  ];
}

/** No more messages go by a route than its rate allows, and none by the fallback of a fallback. */
function ofRoutes(run: Run, all: readonly Told[]): string[] {
  const { route } = run.history.limits;
  if (route === undefined) return [];
  const { over } = route;
  const strays = run.phones.allWritten().filter(({ channel }) => channel === forbiddenChannel);
  return [
    ...strays.map(({ tag }) => `${tag} went by a second fallback`),
    ...ofRouteRate(run, all, routeNames.all, route),
    ...(over.kind === 'fallback' ? ofRouteRate(run, all, routeNames.fallback, over.rate) : []),
  ];
}

/** Each message went by the route at some moment between its call and its first request. */
function ofRouteRate(run: Run, all: readonly Told[], name: string, rate: Rate): string[] {
  const went = all.flatMap(({ tag, keyed, deliverBy, calledAt, answer }) => {
    const first = run.phones.written(tag)[0];
    const isBy = answer.kind === 'result' && answer.result.route === name;
    return isBy && !keyed && deliverBy === undefined && first !== undefined
      ? [{ from: calledAt, to: first.at }]
      : [];
  });
  return overRate(run, went, rate).map((many) => `${many} by route ${name}`);
}

/** Stretches of time in which more went than a rate allows, each of them wholly within it and in one process. */
function overRate(
  run: Run,
  went: readonly { readonly from: number; readonly to: number }[],
  { perSecond, burst }: Rate,
): string[] {
  return went.flatMap(({ from }) => {
    const later = went
      .filter((each) => each.from >= from && beganAt(run, each.to) <= from)
      .map(({ to }) => to)
      .sort((one, other) => one - other);
    const index = later.findIndex((to, count) => {
      return count + 1 > burst + (perSecond * (to - from)) / 1000 + rounding;
    });
    const until = later[index];
    return until === undefined ? [] : [`${String(index + 1)} went from ${at(from)} to ${at(until)}`];
  });
}

/** Who waits for a turn and is refused has not waited longer than the limit says. */
function ofWaiting({ history }: Run, { tag, keyed, answer, calledAt, toldAt }: Told): string[] {
  const over = history.limits.route?.over;
  if (answer.kind !== 'result' || answer.result.kind !== 'limited') return [];
  const { attempts, reason } = answer.result;
  if (keyed || attempts.length > 0 || !reason.includes('is over its limit')) return [];
  const mostMs = over?.kind === 'wait' ? over.maxMs : 0;
  // What reached the disk first is told when it has left it.
  const writing = 3 * history.disk.flushMs;
  if (toldAt - calledAt <= mostMs + lateMs + writing) return [];
  return [`${tag} waited ${String(toldAt - calledAt)} ms to be refused by its route`];
}

/** No channel has more attempts a second, nor more of them under way, than it may. */
function ofChannels(run: Run): string[] {
  const { limits, timeouts, disk, phases } = run.history;
  // Whom a host tells that its clock is wrong, asks a second time within one attempt.
  const resigned = phases.some(({ manner }) => manner.kind === 'says' && manner.code === clockSkewCode);
  return limits.channels.flatMap(({ rate, maxInFlight = Infinity }, place) => {
    const name = channelName(place);
    const most = run.phones.mostAtOnce(name);
    // An attempt counts when it begins, which is so long before it is written at most.
    const early = timeouts.connectMs + 3 * (disk.flushMs + 1);
    const written = run.phones.allWritten().filter(({ channel }) => channel === name);
    const went = written.map(({ at: when }) => ({
      from: Math.max(when - early, beganAt(run, when)),
      to: when,
    }));
    const tooMany = rate === undefined || resigned ? [] : overRate(run, went, rate);
    return [
      ...tooMany.map((many) => `${many} by ${name}`),
      ...(most > maxInFlight ? [`${name} had ${String(most)} requests under way at once`] : []),
    ];
  });
}

/** No number gets more messages than it may. */
function ofNumbers(run: Run, all: readonly Told[]): string[] {
  const { numbers: rule } = run.history.limits;
  if (rule === undefined) return [];
  // One without a key is counted when it is called for.
  const sent = all.filter(
    ({ tag, keyed, deliverBy, answer }) =>
      !keyed && deliverBy === undefined && isSent(answer) && run.phones.texts(tag).length > 0,
  );
  return sent.flatMap(({ calledAt, numbers }) =>
    numbers.flatMap((number) => {
      const within = sent.filter(
        (each) =>
          each.numbers.includes(number) &&
          calledAt - each.calledAt >= 0 &&
          calledAt - each.calledAt < rule.windowMs &&
          beganAt(run, each.calledAt) === beganAt(run, calledAt),
      );
      const many = `${number} got ${String(within.length)} messages within ${String(rule.windowMs)} ms`;
      return within.length > rule.max ? [`${many}, to ${at(calledAt)}`] : [];
    }),
  );
}

/** Who is refused for its number is told the truth: so many others that were sent, or may have been, came before. */
function ofNumberLimited(run: Run, told: Told, all: readonly Told[]): string[] {
  const { numbers: rule } = run.history.limits;
  if (told.answer.kind !== 'result' || told.answer.result.kind !== 'number-limited') return [];
  const { index } = told.answer.result;
  if (index === undefined) return [];
  const number = told.numbers[index];
  if (rule === undefined || number === undefined) return [`${told.tag} was refused for a limit of no number`];
  const counted = all.filter(
    (each) =>
      each !== told &&
      each.numbers.includes(number) &&
      each.calledAt <= told.toldAt &&
      // One that waits is counted while it is tried, whenever that is.
      (each.deliverBy !== undefined ||
        each.toldAt >= told.calledAt ||
        (isSent(each.answer) && each.toldAt > told.calledAt - rule.windowMs)),
  );
  if (counted.length >= rule.max) return [];
  const many = `${String(counted.length)} of ${String(rule.max)}`;
  return [`${told.tag} was refused at ${at(told.toldAt)}, when ${number} had had ${many} messages`];
}

/** Whether a message may have been sent, as far as its answer says. */
function isSent(answer: Told['answer']): boolean {
  if (answer.kind !== 'result') return answer.kind !== 'refused';
  const { kind } = answer.result;
  return kind === 'accepted' || kind === 'unknown' || kind === 'in-progress';
}

/**
 * When the process began that lived at a moment, or a little before: what was counted is forgotten with the last one.
 * What happened in the moment of a crash came before it, since the next process needs some time.
 */
function beganAt({ crashes }: Run, when: number): number {
  return Math.max(0, ...crashes.flatMap((crash) => (crash.at < when ? [crash.at] : [])));
}

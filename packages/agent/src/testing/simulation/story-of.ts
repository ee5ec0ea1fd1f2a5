import { startWall } from './history.ts';
import type { Run } from './run-history.ts';

/** A run as a story: who called, what was written, taken and told, in the order of its happening. */
export function storyOf({ told, askedAgain, fates, phones, crashes, peaceAt }: Run): readonly string[] {
  const lines: { readonly at: number; readonly says: string }[] = [];
  const say = (at: number, says: string): void => void lines.push({ at, says });
  const calls = [...told, ...askedAgain];
  for (const { tag, calledAt, deadline, deliverBy, toldAt, answer, hungUpAt } of calls) {
    const later =
      deliverBy === undefined
        ? ''
        : `, and to be delivered by ${ms(deliverBy - startWall)} of the wall clock`;
    say(calledAt, `${tag} is called for, until ${ms(deadline)}${later}`);
    if (hungUpAt !== undefined) say(hungUpAt, `${tag}: the caller hangs up`);
    if (answer.kind !== 'result') say(toldAt, `${tag} sees: ${answer.kind}`);
    else say(toldAt, `${tag} is told: ${answer.result.kind} ${reasonOf(answer.result)}`);
  }
  for (const tag of new Set(calls.map((each) => each.tag))) {
    for (const { channel, at, numbers } of phones.written(tag)) {
      say(at, `${tag} is written to ${channel}, for ${numbers.join()}`);
    }
    for (const { channel, takenAt } of phones.texts(tag)) say(takenAt, `${tag} is taken by ${channel}`);
  }
  for (const { tag, kind = 'not known' } of fates) say(peaceAt, `${tag}, which was kept, is ${kind}`);
  for (const { at, before } of crashes) say(at, `the process ends, before: ${before ?? 'anything'}`);
  return lines
    .sort((one, other) => one.at - other.at)
    .map(({ at, says }) => `${ms(at).padStart(9)}  ${says}`);
}

function reasonOf(result: object): string {
  return 'reason' in result ? `(${String(result.reason)})` : '';
}

function ms(at: number): string {
  return `${String(Math.round(at))} ms`;
}

import type { Soak } from './play-soak.ts';

/** What is wrong with a soak, in sentences; none: it is good. */
export function faultsOf(soak: Soak): readonly string[] {
  const { accepted, begun, complete, lost, doubled, sentAfterAll, unanswered, growth } = soak;
  const checks: readonly (readonly [boolean, string])[] = [
    [complete, 'the ledger dropped texts and proves nothing'],
    [lost === 0, `${String(lost)} messages were told OK and lost`],
    [doubled === 0, `${String(doubled)} messages were texted more than once`],
    [sentAfterAll === 0, `${String(sentAfterAll)} messages were told as not sent and were`],
    [Object.keys(unanswered).length === 0, `some got no answer: ${tallied(unanswered)}`],
    // Else a soak in which nothing is sent would be a good one.
    [accepted.length >= begun * 0.9, `only ${String(accepted.length)} of ${String(begun)} were told OK`],
  ];
  return [
    ...checks.flatMap(([good, words]) => (good ? [] : [words])),
    ...growth
      .filter(({ grown }) => grown)
      .map(({ words, before, after }) => `${words}: grew from ${rounded(before)} to ${rounded(after)}`),
  ];
}

/** A soak in one sentence. */
export function totalsOf(soak: Soak): string {
  const { begun, accepted, notSent, unknown, told, repeats, lost, doubled, sentAfterAll } = soak;
  const leftOver = Object.keys(told).length === 0 ? '' : ` (${tallied(told)})`;
  return [
    `${counted(begun)} messages, ${counted(accepted.length)} told OK after ${counted(repeats)} repeats`,
    `${counted(notSent.length)} told as not sent, ${counted(unknown)} as unknown${leftOver}`,
    `lost ${String(lost)}, doubled ${String(doubled)}, told as not sent and sent ${String(sentAfterAll)}`,
  ].join('; ');
}

/** What docs/performance.md says of a soak, as Markdown. */
export function soakPage(soak: Soak, facts: { readonly minutes: number; readonly where: string }): string {
  const { turns, etcdKills, rotations, texts, residentMb, growth } = soak;
  const rows = growth.map(
    ({ words, before, after, limit, grown }) =>
      `| ${words} | ${rounded(before)} | ${rounded(after)} | ${limit === Infinity ? '–' : `≤ ${rounded(limit)}`} | ${grown ? '**grown**' : limit === Infinity ? 'run too short' : 'no growth'} |`,
  );
  const faults = faultsOf(soak);
  return [
    `${String(facts.minutes)} minutes on ${facts.where}: ${totalsOf(soak)}; ${counted(texts)} texts in the ledger.`,
    `Meanwhile the strategy changed ${String(turns)} times, regions failed ${String(turns)} times, etcd was killed ${String(etcdKills)} times and the access key rotated ${String(rotations)} times.`,
    '',
    '| the agent’s | settled | at the end | bound | |',
    '| --- | ---: | ---: | ---: | --- |',
    ...rows,
    '',
    `Settled is the median of the second fifth of the run, the end that of its last fifth, each taken when nothing is broken; of memory it is the lowest of two fifths, which is what collecting leaves. Memory is that of the process itself; with what the system keeps of the journal’s file it had ${rounded(residentMb)} MB resident.`,
    ...(faults.length === 0 ? [] : ['', `**Not good**: ${faults.join('; ')}.`]),
  ].join('\n');
}

function tallied(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([word, count]) => `${word} ${String(count)}`)
    .join(', ');
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}

function rounded(value: number): string {
  return value.toFixed(Number.isInteger(value) ? 0 : 1);
}

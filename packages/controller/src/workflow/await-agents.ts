import { awaitAnswers } from '../fleet/acknowledgement.ts';
import type { Answer, Judge } from '../fleet/acknowledgement.ts';
import { exitCodes } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import { formatDuration } from '../output/duration.ts';
import { usage } from '../invocation.ts';
import type { Invocation } from '../invocation.ts';
import type { OptionDefinition } from '../command-definition.ts';

/** The options of every command that can wait for the agents. */
export const waitOptions: readonly OptionDefinition[] = [
  { flags: '--wait', description: 'wait until every agent has applied or refused the change' },
  { flags: '--timeout <duration>', description: 'how long --wait waits, at most 7d (default 60s)' },
];

/** How the agents answered, by name. */
export interface Acknowledgements {
  readonly applied: readonly string[];
  readonly refused: readonly { readonly agent: string; readonly reason: string }[];
  readonly silent: readonly string[];
}

const defaultTimeoutMs = 60_000;
/** Beyond some weeks a timer would go off at once. */
const longestTimeoutMs = 7 * 86_400_000;

/** With more agents than this, only refusals and counts are told. */
const maxLines = 50;

/** How long `--wait` waits; asked for before anything is changed, since it refuses what is no length of time. */
export function waitTimeoutMs(invocation: Invocation): number {
  const timeoutMs = invocation.duration('timeout') ?? defaultTimeoutMs;
  if (timeoutMs <= longestTimeoutMs) return timeoutMs;
  throw usage(`--timeout must be at most 7d, got ${invocation.text('timeout') ?? ''}`);
}

/** Waits as `--wait` and `--timeout` say, with a line for each answer; undefined where `--wait` was not said. */
export async function awaitAgents(
  invocation: Invocation,
  judge: Judge,
): Promise<Acknowledgements | undefined> {
  const timeoutMs = waitTimeoutMs(invocation);
  if (!invocation.flag('wait')) return undefined;
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), invocation.world.interrupted]);
  const fleet = { store: await invocation.store(), keys: await invocation.keys() };
  let told = 0;
  const answers = await awaitAnswers(fleet, {
    judge,
    signal,
    onAnswer: (agentId, answer, all) => {
      told += 1;
      if (told <= maxLines || answer.kind === 'refused') {
        const done = [...all.values()].filter(({ kind }) => kind !== 'silent').length;
        invocation.say(`${agentId}: ${describe(answer)} (${done} of ${all.size})`);
      }
    },
  });
  const result = group(answers);
  if (invocation.world.interrupted.aborted) {
    invocation.say('stopped waiting; the change itself is made');
  } else if (answers.size === 0) {
    invocation.warn('no agent of this fleet is connected: nothing acknowledged the change');
  } else if (result.silent.length > 0) {
    invocation.say(
      `after ${formatDuration(timeoutMs)} still silent: ${result.silent.slice(0, maxLines).join(', ')}`,
    );
  }
  return result;
}

/** The exit code that the answers ask for. */
export function acknowledgedCode(acknowledgements: Acknowledgements | undefined): ExitCode {
  if (acknowledgements === undefined) return exitCodes.done;
  const { refused, silent } = acknowledgements;
  return refused.length + silent.length === 0 ? exitCodes.done : exitCodes.notAcknowledged;
}

/** The answers in a sentence. */
export function summarizeAnswers({ applied, refused, silent }: Acknowledgements): string {
  return `agents: ${applied.length} applied, ${refused.length} refused, ${silent.length} silent`;
}

function describe(answer: Answer): string {
  switch (answer.kind) {
    case 'applied':
      return 'applied';
    case 'refused':
      return `refused: ${answer.reason}`;
    case 'silent':
      return 'not yet';
  }
}

function group(answers: ReadonlyMap<string, Answer>): Acknowledgements {
  const applied: string[] = [];
  const refused: { agent: string; reason: string }[] = [];
  const silent: string[] = [];
  for (const [agent, answer] of [...answers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (answer.kind === 'applied') applied.push(agent);
    else if (answer.kind === 'refused') refused.push({ agent, reason: answer.reason });
    else silent.push(agent);
  }
  return { applied, refused, silent };
}

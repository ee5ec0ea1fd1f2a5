import type { AgentReport, ConfigStore, FleetKeys, Revision } from '@waystation/core';
import { parseAgent } from './agents.ts';
import { follow } from './follow.ts';

/** How one agent answered a change. */
export type Answer =
  | { readonly kind: 'applied' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'silent' };

/** Reads an agent's answer out of its report. */
export type Judge = (report: AgentReport) => Answer;

/** Applied: routes by the strategy of that revision or by a later one. */
export function appliedStrategy(revision: Revision): Judge {
  return ({ routing, refused }) => {
    if (routing !== undefined && routing.revision >= revision) return { kind: 'applied' };
    if (refused?.revision === revision) return { kind: 'refused', reason: refused.reason };
    return { kind: 'silent' };
  };
}

/** Applied: shows the channel as drained, or as no longer drained; an agent that does not know it is done. */
export function appliedDrain(channel: string, drained: boolean): Judge {
  return ({ channels }) => {
    const state = channels[channel];
    return state === undefined || state.drained === drained ? { kind: 'applied' } : { kind: 'silent' };
  };
}

/**
 * Waits until every agent has answered, and tells each answer as it comes. Agents that appear meanwhile count as
 * well; those whose lease ends are no longer waited for. When `signal` aborts it returns what is known by then.
 */
export async function awaitAnswers(
  { store, keys }: { readonly store: ConfigStore; readonly keys: FleetKeys },
  options: {
    readonly judge: Judge;
    readonly signal: AbortSignal;
    readonly onAnswer: (agentId: string, answer: Answer, answers: ReadonlyMap<string, Answer>) => void;
  },
): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  for await (const change of follow(store, keys.agents, { signal: options.signal })) {
    switch (change.type) {
      case 'put': {
        const { agentId, report } = parseAgent(keys, change.entry.key, change.entry.value);
        const answer: Answer = report === undefined ? { kind: 'silent' } : options.judge(report);
        const changed = answers.get(agentId)?.kind !== answer.kind;
        answers.set(agentId, answer);
        if (changed) options.onAnswer(agentId, answer, answers);
        break;
      }
      case 'delete':
        answers.delete(change.key.slice(keys.agents.length));
        break;
      case 'caught-up':
        if ([...answers.values()].every(({ kind }) => kind !== 'silent')) return answers;
    }
  }
  return answers;
}

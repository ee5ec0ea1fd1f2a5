import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { Invocation } from '../invocation.ts';
import { findCandidates, readWords } from '../completion/candidates.ts';
import { checkText } from '../strategy/check-strategy.ts';

/** How long a shell is kept waiting for names out of etcd. */
const patienceMs = 1500;

/** `wayctl __complete`: what the completion scripts ask. It never complains: a shell has nowhere to show it. */
export function completeCommand(commands: readonly CommandDefinition[]): CommandDefinition {
  return {
    name: '__complete',
    summary: 'Print candidates for the last of the words',
    arguments: [{ name: '[WORD...]', description: 'the words typed so far, the last one unfinished' }],
    examples: ['wayctl __complete -- strategy a'],
    hidden: true,
    async run(invocation) {
      const typed = readWords(commands, invocation.rest(0));
      const found = findCandidates(commands, typed);
      const names = found.names === undefined ? [] : await readNames(invocation, typed.flags, found.names);
      const partial = invocation.rest(0).at(-1) ?? '';
      for (const word of [...found.words, ...names]) {
        if (word.startsWith(partial)) invocation.world.out.write(`${word}\n`);
      }
      return exitCodes.done;
    },
  };
}

async function readNames(
  { world }: Invocation,
  flags: Readonly<Record<string, unknown>>,
  wanted: 'routes' | 'channels' | 'weights',
): Promise<readonly string[]> {
  const inner = new Invocation(world, { command: '__complete', arguments: [], flags });
  try {
    const repository = await inner.repository();
    const current = await repository.read({ signal: AbortSignal.timeout(patienceMs) });
    const checked = current === undefined ? undefined : checkText(current.text, 'strategy in etcd');
    if (checked?.valid !== true) return [];
    if (wanted === 'routes') return checked.strategy.routes.map(({ name }) => name);
    const channels = Object.keys(checked.strategy.channels);
    return wanted === 'weights' ? channels.map((name) => `${name}=`) : channels;
  } catch {
    return [];
  } finally {
    await inner.close().catch(() => undefined);
  }
}

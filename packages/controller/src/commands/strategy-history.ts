import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { recentHistory } from '../fleet/history.ts';
import { table } from '../output/table.ts';

const defaultLimit = 20;

/** `wayctl strategy history`. */
export const strategyHistory: CommandDefinition = {
  name: 'strategy history',
  summary: 'List the strategies that were: who, when, how, why',
  options: [{ flags: '--limit <count>', description: `newest entries to show (default ${defaultLimit})` }],
  examples: ['wayctl strategy history', 'wayctl strategy history --limit 100 -o json'],
  async run(invocation) {
    const signal = invocation.world.interrupted;
    const limit = invocation.integer('limit', '--limit', 1) ?? defaultLimit;
    const newest = await (await invocation.repository()).newestSeq({ signal });
    const entries = await recentHistory(await invocation.store(), await invocation.keys(), newest, limit, {
      signal,
    });
    const facts = entries.map(({ seq, at, by, action, digest, parent, reason }) => ({
      seq,
      at,
      by,
      action,
      digest,
      ...(parent === undefined ? {} : { parent }),
      ...(reason === undefined ? {} : { reason }),
    }));
    await invocation.emit(facts, () =>
      facts.length === 0
        ? 'the history is empty\n'
        : table(
            ['SEQ', 'AT', 'BY', 'ACTION', 'DIGEST', 'REASON'],
            facts.map(({ seq, at, by, action, digest, reason }) => [
              `${seq}`,
              at,
              by,
              action,
              digest.slice(0, 12),
              reason ?? '',
            ]),
          ),
    );
    return exitCodes.done;
  },
};

import { finish } from '../steps.ts';
import { findRelationIssues } from '../strategy/relations.ts';
import { strategyShape } from './strategy-shape.ts';

export type { Strategy, StrategyInput } from './strategy-shape.ts';

/** The versioned document of a fleet: its shape, and what its parts demand of one another. */
export const strategySchema = strategyShape.superRefine((strategy, context) => {
  for (const { at, claim } of finish(findRelationIssues(strategy))) {
    context.addIssue({ code: 'custom', path: [...at], message: claim });
  }
});

import { diffStrategies } from '@waystation/core';
import type { StrategyChange } from '@waystation/core';
import type { ValidStrategy } from './check-strategy.ts';

const longest = 300;

/**
 * What changes from one strategy to another, a line a change: `+` added, `-` removed, `~` changed. Without a
 * strategy before (there was none, or none that can be read) the channels and routes of the new one.
 */
export function describeChanges(before: ValidStrategy | undefined, after: ValidStrategy): readonly string[] {
  if (before !== undefined)
    return diffStrategies(before.strategy, after.strategy).changes.map(describeChange);
  return [
    ...Object.keys(after.strategy.channels).map((name) => `+ channels.${name}`),
    ...after.strategy.routes.map(({ name }) => `+ routes.${name}`),
  ];
}

function describeChange(change: StrategyChange): string {
  switch (change.kind) {
    case 'added':
      return `+ ${change.path}: ${show(change.after)}`;
    case 'removed':
      return `- ${change.path}: ${show(change.before)}`;
    case 'changed':
      return `~ ${change.path}: ${show(change.before)} → ${show(change.after)}`;
  }
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

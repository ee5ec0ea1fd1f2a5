import * as z from 'zod';
import { strategyShape } from '../model/strategy-shape.ts';

/**
 * The strategy document as JSON Schema: fields, types, limits, defaults and their meaning. What parts of a document
 * demand of one another stands in no schema; `parseStrategy` checks it.
 */
export function strategyJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    title: 'Waystation strategy',
    description: 'The versioned document of a fleet: its channels, its routes, and how sending behaves.',
    ...z.toJSONSchema(strategyShape, { io: 'input' }),
  };
}

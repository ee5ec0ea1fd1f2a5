import { childOf } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import { showValue } from './show-value.ts';
import { strategyJsonSchema } from './strategy-json-schema.ts';

/** As much of JSON Schema as ours uses. */
interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
}

let published: Shape | undefined;

/** What the schema says of the place at a path, for the kind of thing that the document has there. */
export function shapeAt(document: unknown, path: DocumentPath): Shape | undefined {
  let shape: Shape | undefined = (published ??= strategyJsonSchema());
  let value = document;
  for (const key of path) {
    shape = shape === undefined ? undefined : stepInto(shape, key, value);
    value = childOf(value, key);
  }
  return shape;
}

/** Names of the keys that a mapping may have at a path; none where it may have any. */
export function knownKeys(document: unknown, path: DocumentPath): readonly string[] {
  const shape = shapeAt(document, path);
  const value = path.reduce<unknown>(childOf, document);
  return choices(shape, value).flatMap(({ properties }) => Object.keys(properties ?? {}));
}

/** What is allowed in a place, as the end of a sentence: `must be a whole number 1–10`. */
export function describeAllowed(shape: Shape | undefined): string {
  if (shape === undefined) return 'must be left out';
  if ('const' in shape) return `must be ${word(shape.const)}`;
  if (shape.enum !== undefined) return `must be ${listed(shape.enum.map(word))}`;
  switch (shape.type) {
    case 'integer':
      return `must be a whole number ${shape.minimum ?? ''}–${shape.maximum ?? ''}`;
    case 'number':
      return `must be ${shape.minimum ?? ''}–${shape.maximum ?? ''}`;
    case 'string':
      return shape.maxLength === undefined
        ? 'must be text, not empty'
        : `must be text of ${shape.minLength ?? 0}–${shape.maxLength} characters`;
    case 'boolean':
      return 'must be true or false';
    case 'array':
      return shape.maxItems === undefined
        ? `must be a list of at least ${shape.minItems ?? 0}`
        : `must be a list of ${shape.minItems ?? 0}–${shape.maxItems}`;
    default:
      return 'must be a mapping';
  }
}

function stepInto(shape: Shape, key: string | number, value: unknown): Shape | undefined {
  const fitting = choices(shape, value);
  if (typeof key === 'number') return fitting[0]?.items;
  const found = fitting.flatMap(({ properties, additionalProperties }) => {
    const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
    return known ?? (typeof additionalProperties === 'object' ? additionalProperties : []);
  });
  const constants = found.flatMap((choice) => ('const' in choice ? [choice.const] : []));
  return constants.length > 1 ? { enum: constants } : found[0];
}

/** The alternatives that agree with what tells them apart (`provider`, `kind`); all of them where none does. */
function choices(shape: Shape | undefined, value: unknown): readonly Shape[] {
  if (shape === undefined) return [];
  const all = shape.oneOf ?? shape.anyOf;
  if (all === undefined) return [shape];
  const fitting = all.filter(({ properties }) =>
    Object.entries(properties ?? {}).some(
      ([key, property]) => 'const' in property && property.const === childOf(value, key),
    ),
  );
  return fitting.length === 0 ? all : fitting;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : showValue(value);
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

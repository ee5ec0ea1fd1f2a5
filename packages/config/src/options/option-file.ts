import { nearestName, showValue } from '@waystation/core';
import { describeIssue } from '../document/document-place.ts';
import { readDocument } from '../document/read-document.ts';
import type { OptionDefinition, OptionTable } from './option-definition.ts';
import { splitList } from './raw-option.ts';
import type { RawOption, RawValue } from './raw-option.ts';

/** What a config file says, and everything that is wrong with it. */
export interface OptionFile {
  readonly values: ReadonlyMap<string, RawOption>;
  readonly issues: readonly string[];
}

/** Reads a config file: one mapping of known keys. */
export function readOptionFile(text: string, path: string, options: OptionTable): OptionFile {
  const values = new Map<string, RawOption>();
  const read = readDocument(text, path);
  if (!read.ok) return { values, issues: read.issues.map((issue) => describeIssue(path, issue)) };
  const { value: document, locate } = read;
  if (document === null) return { values, issues: [] };
  if (typeof document !== 'object' || Array.isArray(document)) {
    return { values, issues: [`${path} must be a mapping of options, got ${showValue(document)}`] };
  }
  const issues: string[] = [];
  for (const [key, value] of Object.entries(document)) {
    const name = describeIssue(path, { ...locate([key]), message: key });
    const definition = Object.hasOwn(options, key) ? options[key] : undefined;
    const raw = definition === undefined ? undefined : rawOf(value, definition);
    if (definition === undefined) issues.push(`${name} is no option; ${suggestKey(key, options)}`);
    else if (raw === undefined) issues.push(`${name} ${wanted[definition.kind]}, got ${showValue(value)}`);
    else values.set(key, { source: 'file', name, value: raw });
  }
  return { values, issues };
}

const wanted = {
  text: 'must be one value',
  list: 'must be a list of values',
  switch: 'must be true or false',
} as const;

function suggestKey(key: string, options: OptionTable): string {
  const known = Object.keys(options);
  const nearest = nearestName(key, known);
  return nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`;
}

function rawOf(value: unknown, { kind }: OptionDefinition<unknown>): RawValue | undefined {
  switch (kind) {
    case 'switch':
      return typeof value === 'boolean' ? value : undefined;
    case 'text':
      return textOf(value);
    case 'list': {
      const texts = (Array.isArray(value) ? value : [value]).map(textOf);
      if (texts.includes(undefined)) return undefined;
      return splitList(texts.filter((text) => text !== undefined));
    }
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

import { readFile } from 'node:fs/promises';
import type { Document } from 'yaml';
import { LineCounter, isNode, parseDocument } from 'yaml';
import { ControlProblem, parseOrRefuse, sentence } from '../control/problem.ts';
import { SimulatorConfig } from './simulator-config.ts';

/** What is wrong with a configuration file: a line a mistake, each with its place. */
export class ConfigError extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Reads a YAML file; throws a ConfigError that names every mistake with line and column. */
export async function loadConfig(file: string): Promise<SimulatorConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
  return parseConfig(text, file);
}

/** The same for a text that is already there. */
export function parseConfig(text: string, file: string): SimulatorConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map((error) => `${placeOf(error.pos[0])}: ${error.message}`));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new ConfigError([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  try {
    return parseOrRefuse(SimulatorConfig, value);
  } catch (error) {
    if (!(error instanceof ControlProblem)) throw error;
    throw new ConfigError(
      error.issues.map((issue) => {
        const place = placeOf(offsetOf(document, issue.field));
        return `${place}: ${sentence(issue, showKind)}`;
      }),
    );
  }

  function placeOf(offset: number): string {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  }
}

/** Texts and what may hold some are never shown: a file that was given by mistake may hold keys. */
function showKind(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a map' : String(value);
}

/** Where a field stands, or the nearest thing around it that is there. */
function offsetOf(document: Document, field: string): number {
  const path = field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

import type { DocumentPath } from '@waystation/core';
import { isMap, isNode, isScalar, isSeq } from 'yaml';
import type { LineCounter, Node } from 'yaml';
import type { DocumentPlace } from './document-place.ts';

/** Where a path begins in a parsed text; of one that does not stand there, the nearest above that does. */
export function locate(
  contents: Node | null,
  lines: LineCounter,
  at: DocumentPath,
): DocumentPlace | undefined {
  let node: unknown = contents;
  let offset: number | undefined;
  for (const key of at) {
    const [start, next] = child(node, key);
    if (start === undefined) break;
    [offset, node] = [start, next];
  }
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Where an entry begins (a mapping's at its key), and its value. */
function child(node: unknown, key: string | number): [number | undefined, unknown] {
  if (isSeq(node) && typeof key === 'number') return [startOf(node.items[key]), node.items[key]];
  if (!isMap(node)) return [undefined, undefined];
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return pair === undefined ? [undefined, undefined] : [startOf(pair.key), pair.value];
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { aliyunCodes } from './aliyun-codes.ts';
import { classifyAliyun, statusRules } from './classify-aliyun.ts';
import { classifyTransport, transportWords } from './classify-transport.ts';
import type { TransportFailureKind } from './classify-transport.ts';
import { outcomeClasses, outcomeRules } from './outcome.ts';

/** The tables of the page by their first column's head; each row as its cells. */
const tables = new Map<string, string[][]>();

beforeAll(async () => {
  const page = await readFile(new URL('../../../../docs/reference/outcomes.md', import.meta.url), 'utf8');
  let rows: string[][] | undefined;
  for (const line of page.split('\n')) {
    if (!line.startsWith('|')) {
      rows = undefined;
      continue;
    }
    const cells = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    if (rows !== undefined) rows.push(cells);
    else {
      rows = [];
      tables.set(cells[0] ?? '', rows);
    }
  }
  for (const table of tables.values()) table.shift();
});

describe('docs/reference/outcomes.md', () => {
  it('has exactly the tables that are compared here', () => {
    expect([...tables.keys()]).toEqual(['class', 'code', 'HTTP status', 'failure']);
  });

  it('says what each class excludes and means', () => {
    expect(tables.get('class')).toEqual(
      outcomeClasses.map((name) => {
        const { excludes, means, next } = outcomeRules[name];
        return [name, excludes, means, next];
      }),
    );
  });

  it('lists every code with what becomes of it', () => {
    expect(tables.get('code')).toEqual(
      aliyunCodes.map(({ code, ...row }) => [
        `\`${code}\``,
        row.class,
        row.excludes ?? outcomeRules[row.class].excludes,
        row.means,
      ]),
    );
  });

  it('says what a status alone means, as it is decided', () => {
    const examples = [429, 403, 404, 400, 502];
    expect(tables.get('HTTP status')).toEqual(
      statusRules.map((rule, index) => {
        const outcome = classifyAliyun({ httpStatus: examples[index] ?? 0, code: 'NobodyKnows' });
        return [rule.status, outcome.class, outcome.excludes, rule.means];
      }),
    );
  });

  it('says what each failure of the transport becomes', () => {
    const kinds = Object.keys(transportWords) as TransportFailureKind[];
    expect(tables.get('failure')).toEqual(
      kinds.map((kind) => {
        const unwritten = classifyTransport({ kind, written: false });
        return [
          kind,
          unwritten.excludes === 'nothing' ? `${unwritten.class}, excludes nothing` : unwritten.class,
          classifyTransport({ kind, written: true }).class,
          transportWords[kind],
        ];
      }),
    );
  });
});

import { parseStrategy, strategyError } from '@waystation/core';
import type { Strategy, StrategyWarning } from '@waystation/core';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readDocument } from './document/read-document.ts';

const folder = new URL('../../../examples/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));

async function read(name: string): Promise<{ strategy: Strategy; warnings: readonly StrategyWarning[] }> {
  const document = readDocument(await readFile(new URL(name, folder), 'utf8'), name);
  if (!document.ok) throw new Error(document.issues.map(({ message }) => message).join());
  const parsed = parseStrategy(document.value);
  if (!parsed.ok) throw strategyError(parsed);
  return parsed;
}

describe('examples', () => {
  it('are those that the documents speak of', () => {
    expect(names.sort()).toEqual(['local.yaml', 'prod.yaml', 'staging.yaml', 'two-providers.yaml']);
  });

  it.each(names)('%s is valid and warns of nothing', async (name) => {
    expect((await read(name)).warnings).toEqual([]);
  });

  it('go over the regions that they are named after', async () => {
    const orders = await Promise.all(
      ['prod.yaml', 'staging.yaml'].map(async (name) => (await read(name)).strategy.routes.at(-1)?.policy),
    );
    expect(orders).toEqual([
      { kind: 'primary-backup', order: ['cn-hangzhou', 'ap-southeast-1'] },
      { kind: 'primary-backup', order: ['cn-beijing', 'cn-shanghai'] },
    ]);
  });
});

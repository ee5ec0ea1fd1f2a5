import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { strategyJsonSchema } from './strategy-json-schema.ts';

const folder = new URL('../../../../docs/reference/', import.meta.url);

it('is what docs/reference/strategy.schema.json holds', async () => {
  const published = JSON.parse(await readFile(new URL('strategy.schema.json', folder), 'utf8')) as unknown;
  expect(published).toEqual(JSON.parse(JSON.stringify(strategyJsonSchema())));
});

it('has every part of a strategy described in docs/reference/strategy.md', async () => {
  const page = await readFile(new URL('strategy.md', folder), 'utf8');
  const { properties } = strategyJsonSchema() as { properties: Record<string, unknown> };
  for (const key of Object.keys(properties)) expect(page).toContain(`\`${key}`);
});

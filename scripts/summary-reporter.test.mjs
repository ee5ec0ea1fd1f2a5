import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bin, root } from './setup.mjs';

const files = {
  'mixed.test.mjs': `
    it('passes', () => {});
    it('fails', () => { throw new Error('wanted'); });
    it.skip('is left out', () => {});
    it('passes at the second try', { retry: 1 }, () => { if ((globalThis.tries = (globalThis.tries ?? 0) + 1) < 2) throw new Error('first'); });
  `,
  'broken.test.mjs': `this is no program`,
  'empty.test.mjs': ``,
  'hook.test.mjs': `
    beforeAll(() => { throw new Error('hook of a file'); });
    it('is never run', () => {});
  `,
  'inner-hook.test.mjs': `
    describe('a suite', () => {
      beforeAll(() => { throw new Error('hook of a suite'); });
      it('is never run', () => {});
    });
  `,
  'outside.test.mjs': `
    it('passes while something fails outside', async () => {
      void Promise.reject(new Error('nobody waits'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
  `,
};

async function runVitest(names) {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-reporter-'));
  try {
    await mkdir(join(folder, 'tests'));
    for (const name of names) await writeFile(join(folder, 'tests', name), files[name]);
    const summary = join(folder, 'summary.json');
    const { code, output } = await bin(
      'vitest',
      [
        ...['run', '--root', folder, '--globals', '--no-cache'],
        `--reporter=${join(root, 'scripts/summary-reporter.mjs')}`,
      ],
      { quiet: true, env: { WAYSTATION_SUMMARY: summary, VITEST: undefined, VITEST_POOL_ID: undefined } },
    );
    return { code, output, ...JSON.parse(await readFile(summary, 'utf8')) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

it('counts tests, and names one that needed another try', async () => {
  const { code, output, counts } = await runVitest(['mixed.test.mjs']);
  expect(counts).toEqual({ passed: 2, failed: 1, skipped: 1 });
  expect(code).toBe(1);
  expect(output).toContain('needed another try: passes at the second try');
});

it.each([
  ['a file that does not load', 'broken.test.mjs'],
  ['a file without tests', 'empty.test.mjs'],
  ["a file's hook that fails", 'hook.test.mjs'],
  ["a suite's hook that fails", 'inner-hook.test.mjs'],
  ['an error outside of tests', 'outside.test.mjs'],
])('counts %s as failed', async (_, name) => {
  const { code, counts } = await runVitest([name]);
  expect(counts.failed).toBe(1);
  expect(code).toBe(1);
});

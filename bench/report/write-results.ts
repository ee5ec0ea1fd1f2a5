import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { repositoryPath } from '../stage/paths.ts';
import { allGrowths } from '../growth/all-growths.ts';
import { allRows } from '../rows/all-benches.ts';
import { pageTables } from './page-tables.ts';
import { plotsOf } from './plots.ts';
import type { Results } from './result.ts';

const resultsFile = repositoryPath('bench/results.json');
const pageFile = repositoryPath('docs/performance.md');
const plotsFolder = repositoryPath('docs/performance');
const [begin, end] = ['<!-- bench:begin -->', '<!-- bench:end -->'];

/** Writes results beside those of rows that were not measured now, and the page and its pictures from all of them. */
export async function writeResults(results: Results): Promise<void> {
  const before = await readFile(resultsFile, 'utf8').then(
    (text) => JSON.parse(text) as Results,
    () => undefined,
  );
  const rows = allRows.flatMap(({ id }) => {
    const found = results.rows.find(({ row }) => row === id) ?? before?.rows.find(({ row }) => row === id);
    return found === undefined ? [] : [found];
  });
  const curves = allGrowths.flatMap(({ id }) => {
    const found =
      results.curves.find((curve) => curve.id === id) ?? before?.curves.find((curve) => curve.id === id);
    return found === undefined ? [] : [found];
  });
  const breakdown = results.breakdown ?? before?.breakdown;
  const all = { ...results, rows, curves, ...(breakdown && { breakdown }) };
  await writeFile(resultsFile, `${JSON.stringify(all, undefined, 2)}\n`);
  await mkdir(plotsFolder, { recursive: true });
  const plots = plotsOf(all);
  for (const { file, svg } of plots) await writeFile(`${plotsFolder}/${file}`, svg);
  const pictures = plots.map(({ file, alt }) => `![${alt}](performance/${file})`);
  await writeBetweenMarkers([pageTables(allRows, all), '', ...pictures].join('\n'));
}

async function writeBetweenMarkers(content: string): Promise<void> {
  const page = await readFile(pageFile, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${pageFile} has no place between ${begin} and ${end}`);
  const written = `${page.slice(0, from + begin.length)}\n\n${content}\n\n${page.slice(to)}`;
  await writeFile(pageFile, written);
}

// Loaded into the agent by `--import`: notes how late the event loop comes round. On SIGUSR2 the longest pause since
// the last time, in ms, is written to the file that WAYSTATION_BENCH_PAUSES names.
import { renameSync, writeFileSync } from 'node:fs';

const file = process.env['WAYSTATION_BENCH_PAUSES'] ?? '';
const everyMs = 1;
let last = performance.now();
let longest = 0;
let reports = 0;

function note(): void {
  const now = performance.now();
  longest = Math.max(longest, now - last - everyMs);
  last = now;
}

setInterval(note, everyMs).unref();
process.on('SIGUSR2', () => {
  note();
  // In place at once: a reader never finds half of it.
  writeFileSync(`${file}.new`, JSON.stringify({ reports: (reports += 1), longestMs: longest }));
  renameSync(`${file}.new`, file);
  longest = 0;
  last = performance.now();
});

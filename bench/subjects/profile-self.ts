// Loaded into the agent by `--import`: SIGUSR2 begins a profile of the CPU, the next one ends it and writes it to the
// file that WAYSTATION_BENCH_PROFILE names.
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const file = process.env['WAYSTATION_BENCH_PROFILE'] ?? '';
/** Rarely enough to cost little: a stack is walked each time. */
const intervalMicros = 1000;
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: intervalMicros });
let running = false;

process.on('SIGUSR2', () => {
  running = !running;
  if (running) session.post('Profiler.start');
  else {
    session.post('Profiler.stop', (error, result) => {
      // In place at once: a reader never finds half of it.
      writeFileSync(`${file}.new`, JSON.stringify(error ?? result.profile));
      renameSync(`${file}.new`, file);
    });
  }
});

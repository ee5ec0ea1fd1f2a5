// Closes a vitest run with what the check counts: one JSON line in the file that WAYSTATION_SUMMARY names, and
// a line for each test that needed another try.
import { writeFileSync } from 'node:fs';

const nothing = () => ({ passed: 0, failed: 0, skipped: 0 });

/** A vitest reporter; an error outside a test and a file that does not load count as failed. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const files = modules.map((module) => ({
      file: module.moduleId,
      project: module.project.name,
      ...countsOf(module),
    }));
    // Errors outside of tests belong to the file that ran; those of none are the run's own.
    let homeless = 0;
    for (const error of unhandledErrors) {
      const file = files.find(({ file }) => file === error.VITEST_TEST_PATH);
      if (file === undefined) homeless += 1;
      else file.failed += 1;
    }
    const counts = sum([...files, { ...nothing(), failed: homeless }]);
    const path = process.env.WAYSTATION_SUMMARY;
    if (path) writeFileSync(path, JSON.stringify({ counts, files, homeless }));
    else console.log(line(counts));
  }
}

function countsOf(module) {
  const counts = nothing();
  // A file that does not load, and hooks that fail: its tests are not run, or look as if they had passed.
  counts.failed += module.errors().length;
  for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') counts.passed += 1;
    else if (state === 'failed') counts.failed += 1;
    else counts.skipped += 1;
    const retries = test.diagnostic()?.retryCount ?? 0;
    if (retries > 0) console.log(`needed another try: ${test.fullName} (${retries} more)`);
  }
  return counts;
}

/** Adds up counts. */
export function sum(list) {
  const total = nothing();
  for (const counts of list) for (const key of Object.keys(total)) total[key] += counts[key];
  return total;
}

/** The line that closes a run. */
export function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

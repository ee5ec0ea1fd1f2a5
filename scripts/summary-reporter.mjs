// Closes a vitest run with what the check counts: one JSON line in the file that WAYSTATION_SUMMARY names, and
// a line for each test that needed another try.
import { writeFileSync } from 'node:fs';

/** A vitest reporter; an error outside a test and a file that does not load count as failed. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
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
    }
    const file = process.env.WAYSTATION_SUMMARY;
    if (file) writeFileSync(file, JSON.stringify(counts));
    else console.log(line(counts));
  }
}

/** The line that closes a run. */
export function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

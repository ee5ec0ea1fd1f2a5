// `npm test`: all set-up, every check and every test, and as its last line `N passed, N failed, N skipped`.
import { checks, runChecks } from './check.mjs';
import { findChromium } from './chromium.mjs';
import { endChildrenWithUs } from './end-with-us.mjs';
import { ensureEtcd } from './etcd.mjs';
import { SetupError, setUp } from './setup.mjs';
import { line } from './summary-reporter.mjs';

endChildrenWithUs();
let counts = { passed: 0, failed: 0, skipped: 0 };
try {
  await setUp();
  const { etcd, etcdctl } = await ensureEtcd();
  // Fetched before the tests, whose time is short; without one the browser's tests are skipped, and say why.
  const chromium = await findChromium();
  counts = await runChecks(checks, {
    ...{ WAYSTATION_ETCD: etcd, WAYSTATION_ETCDCTL: etcdctl },
    ...('path' in chromium
      ? { WAYSTATION_CHROMIUM: chromium.path }
      : { WAYSTATION_CHROMIUM_MISSING: chromium.reason }),
  });
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  counts.failed += 1;
}
process.exitCode = counts.failed === 0 ? 0 : 1;
console.log(line(counts));

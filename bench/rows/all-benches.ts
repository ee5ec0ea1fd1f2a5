import { bigStrategyApplied } from './big-strategy.ts';
import { blackhole } from './blackhole.ts';
import { changes } from './changes.ts';
import { coldStart } from './cold-start.ts';
import { compat } from './compat.ts';
import { dyingRegion } from './dying-region.ts';
import { edit } from './edit.ts';
import { everythingOn } from './everything-on.ts';
import { journal } from './journal.ts';
import { applicationCpu, latency, steady } from './latency.ts';
import { memory } from './memory.ts';
import { overload } from './overload.ts';
import { pick } from './pick.ts';
import type { Bench, RowSpec } from './row.ts';
import { silentCallers } from './silent-callers.ts';
import { slowUpstream } from './slow-upstream.ts';
import { throughput } from './throughput.ts';
import { tls } from './tls.ts';

/** Every measurement, in the order of the table. */
export const allBenches: readonly Bench[] = [
  ...[throughput, compat, latency, steady, tls, applicationCpu, changes, edit, pick, bigStrategyApplied],
  ...[coldStart, memory, journal, blackhole, dyingRegion],
  ...[everythingOn, overload, slowUpstream, silentCallers],
];

/** Every row of the table. */
export const allRows: readonly RowSpec[] = allBenches.flatMap(({ rows }) => rows);

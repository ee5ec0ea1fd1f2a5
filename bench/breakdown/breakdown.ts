import { cpuSeconds, mainThreadSeconds } from '../machine/cpu-time.ts';
import { perSecond } from '../measure/load-result.ts';
import { everything } from '../rows/everything-on.ts';
import { floodOf } from '../rows/flooded.ts';
import type { AgentProcess } from '../stage/agent-process.ts';
import { CpuProfiler } from '../stage/cpu-profiler.ts';
import { repositoryPath } from '../stage/paths.ts';
import type { Stage } from '../stage/stage.ts';
import { evenStrategy, plainStrategy } from '../stage/strategy.ts';
import { BundleModules } from './bundle-modules.ts';
import { sharesByPart } from './cpu-profile.ts';
import { partOfFrame, parts } from './part-of-frame.ts';

/** By which `--only` names it. */
export const breakdownId = 'breakdown';

/** Where the time of a send goes. */
export interface Breakdown {
  /** What the sends were that each column is about. */
  readonly columns: readonly string[];
  /** Microseconds of CPU a send, by column. */
  readonly parts: readonly { readonly part: string; readonly micros: readonly number[] }[];
  /** Day of the measurement, `2026-01-31`. */
  readonly day: string;
}

/** Threads of V8 and of the journal's file; only the main thread can be profiled. */
const otherThreads = 'other threads: compiling, collecting, flushing';
const bundle = repositoryPath('packages/agent/dist/waystation-agent.cjs');

/** Sends that a column is about. */
interface Sends {
  readonly column: string;
  /** What the agent is given beside what all are. */
  readonly strategy: Parameters<Stage['agent']>[0];
  readonly env?: Readonly<Record<string, string>>;
  /** Makes ready what sends for so long, and gives how many were accepted. */
  readonly ready: (agent: AgentProcess) => Promise<(seconds: number) => Promise<number>>;
}

/** Profiles the agent as it is shipped, 64 sends at a time, and asked for more than it can do. */
export async function breakDown(stage: Stage, day: string): Promise<Breakdown> {
  const modules = await BundleModules.read(bundle);
  const partOf = partOfFrame(({ url, lineNumber }) =>
    url.endsWith('/waystation-agent.cjs') ? modules.at(lineNumber) : url,
  );
  const profiled = async ({ strategy, env, ready }: Sends): Promise<ReadonlyMap<string, number>> => {
    const profiler = new CpuProfiler(await stage.folder('profile'));
    const { nodeFlags, env: profilerEnv } = profiler.options;
    const agent = await stage.agent(strategy, { nodeFlags, env: { ...profilerEnv, ...env } });
    const { seconds, warmUpSeconds } = stage.world.scale;
    const load = await ready(agent);
    if (warmUpSeconds > 0) await load(warmUpSeconds);
    const used = async () => [
      await cpuSeconds(agent.process.pid),
      await mainThreadSeconds(agent.process.pid),
    ];
    // What a send costs without being profiled, and then what that consists of.
    const [allBefore = 0, mainBefore = 0] = await used();
    const sends = await load(seconds * 2);
    const [all = 0, main = 0] = await used();
    const [profile] = await profiler.during(agent.process, () => load(seconds * 2));
    const microsEach = (cpu: number): number => (cpu * 1_000_000) / sends;
    const mainEach = microsEach(main - mainBefore);
    const shares = [...sharesByPart(profile, partOf)];
    return new Map([
      ...shares.map(([part, share]) => [part, share * mainEach] as const),
      [otherThreads, microsEach(all - allBefore) - mainEach],
    ]);
  };
  const kinds = await kindsOf(stage);
  const results: ReadonlyMap<string, number>[] = [];
  for (const kind of kinds) results.push(await profiled(kind));
  return {
    columns: kinds.map(({ column }) => column),
    parts: [...Object.values(parts), otherThreads].map((part) => ({
      part,
      micros: results.map((result) => result.get(part) ?? 0),
    })),
    day,
  };
}

async function kindsOf(stage: Stage): Promise<readonly Sends[]> {
  const { url, tlsUrl, caFile } = await stage.upstream();
  const byWrk =
    (keyed = false): Sends['ready'] =>
    (agent) =>
      Promise.resolve(async (seconds) => (await stage.wrk(agent.url, { keyed, seconds })).sends);
  const overTls = { env: { NODE_EXTRA_CA_CERTS: caFile }, ready: byWrk() };
  return [
    { column: 'without a key', strategy: plainStrategy(url), ready: byWrk() },
    { column: 'TLS upstream', strategy: plainStrategy(tlsUrl), ...overTls },
    { column: 'with an Idempotency-Key', strategy: plainStrategy(url), ready: byWrk(true) },
    { column: 'everything on', strategy: plainStrategy(url, everything), ready: byWrk() },
    {
      column: 'accepted at 3 × capacity',
      strategy: evenStrategy(url, 8),
      ready: async (agent) => {
        const capacity = perSecond(await stage.wrk(agent.url));
        const flood = floodOf(stage, agent);
        return async (seconds) => (await flood(capacity * 3, seconds)).accepted * seconds;
      },
    },
  ];
}

import { cpuSeconds, mainThreadSeconds } from '../machine/cpu-time.ts';
import { CpuProfiler } from '../stage/cpu-profiler.ts';
import { repositoryPath } from '../stage/paths.ts';
import type { Stage } from '../stage/stage.ts';
import { plainStrategy } from '../stage/strategy.ts';
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

/** Profiles the agent as it is shipped, 64 sends at a time, without and with a key. */
export async function breakDown(stage: Stage, day: string): Promise<Breakdown> {
  const modules = await BundleModules.read(bundle);
  const partOf = partOfFrame(({ url, lineNumber }) =>
    url.endsWith('/waystation-agent.cjs') ? modules.at(lineNumber) : url,
  );
  const upstream = await stage.upstream();
  const profiled = async (keyed: boolean): Promise<ReadonlyMap<string, number>> => {
    const profiler = new CpuProfiler(await stage.folder('profile'));
    const agent = await stage.agent(plainStrategy(upstream.url), profiler.options);
    const { seconds, warmUpSeconds } = stage.world.scale;
    if (warmUpSeconds > 0) await stage.wrk(agent.url, { keyed, seconds: warmUpSeconds });
    const used = async () => [
      await cpuSeconds(agent.process.pid),
      await mainThreadSeconds(agent.process.pid),
    ];
    const load = () => stage.wrk(agent.url, { keyed, seconds: seconds * 2 });
    // What a send costs without being profiled, and then what that consists of.
    const [allBefore = 0, mainBefore = 0] = await used();
    const { sends } = await load();
    const [all = 0, main = 0] = await used();
    const [profile] = await profiler.during(agent.process, load);
    const microsEach = (cpu: number): number => (cpu * 1_000_000) / sends;
    const mainEach = microsEach(main - mainBefore);
    const shares = [...sharesByPart(profile, partOf)];
    return new Map([
      ...shares.map(([part, share]) => [part, share * mainEach] as const),
      [otherThreads, microsEach(all - allBefore) - mainEach],
    ]);
  };
  const results = [await profiled(false), await profiled(true)];
  return {
    columns: ['without a key', 'with an Idempotency-Key'],
    parts: [...Object.values(parts), otherThreads].map((part) => ({
      part,
      micros: results.map((result) => result.get(part) ?? 0),
    })),
    day,
  };
}

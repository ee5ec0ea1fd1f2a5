import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CpuProfile } from '../breakdown/cpu-profile.ts';
import { eventually } from '../process/eventually.ts';
import type { BenchProcess } from '../process/bench-process.ts';
import { repositoryPath } from './paths.ts';

/** A profile of an agent's main thread, as `subjects/profile-self.ts` takes it inside of it. */
export class CpuProfiler {
  readonly #file: string;

  /** `folder` is one of its own. */
  constructor(folder: string) {
    this.#file = join(folder, 'profile.json');
  }

  /** What the agent must be started with. */
  get options(): { readonly nodeFlags: readonly string[]; readonly env: Readonly<Record<string, string>> } {
    return {
      nodeFlags: ['--import', repositoryPath('bench/dist/subjects/profile-self.js')],
      env: { WAYSTATION_BENCH_PROFILE: this.#file },
    };
  }

  /** What the agent did while `load` ran. */
  async during<Result>(process: BenchProcess, load: () => Promise<Result>): Promise<[CpuProfile, Result]> {
    await rm(this.#file, { force: true });
    process.signal('SIGUSR2');
    const result = await load();
    process.signal('SIGUSR2');
    const profile = await eventually('the agent has written its profile', async () => {
      process.mustRun();
      return JSON.parse(await readFile(this.#file, 'utf8')) as CpuProfile;
    });
    return [profile, result];
  }
}

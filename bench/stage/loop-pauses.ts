import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../process/eventually.ts';
import type { BenchProcess } from '../process/bench-process.ts';
import { repositoryPath } from './paths.ts';

/** Pauses of an agent's event loop, as `subjects/watch-loop.ts` notes them inside of it. */
export class LoopPauses {
  readonly #file: string;
  #reports = 0;

  /** `folder` is one of its own. */
  constructor(folder: string) {
    this.#file = join(folder, 'pauses.json');
  }

  /** What the agent must be started with. */
  get options(): { readonly nodeFlags: readonly string[]; readonly env: Readonly<Record<string, string>> } {
    return {
      nodeFlags: ['--import', repositoryPath('bench/dist/subjects/watch-loop.js')],
      env: { WAYSTATION_BENCH_PAUSES: this.#file },
    };
  }

  /** The longest pause since the last time, in ms. */
  async longest(process: BenchProcess): Promise<number> {
    process.signal('SIGUSR2');
    const wanted = (this.#reports += 1);
    return eventually('the agent reports its pauses', async () => {
      process.mustRun();
      const said = JSON.parse(await readFile(this.#file, 'utf8')) as { reports: number; longestMs: number };
      if (said.reports < wanted) throw new Error('not yet');
      return said.longestMs;
    });
  }
}

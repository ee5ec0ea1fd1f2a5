import type { Cores } from '../machine/cores.ts';
import type { Programs } from '../machine/programs.ts';
import type { Scale } from '../scale.ts';

/** What all rows share. */
export interface World {
  readonly programs: Programs;
  readonly cores: Cores | undefined;
  readonly scale: Scale;
  /** An empty folder, removed at the end. */
  readonly folder: string;
}

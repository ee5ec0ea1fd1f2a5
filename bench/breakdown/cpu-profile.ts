/** Where a function stands; `url` is empty for what is built into V8 or Node. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
}

/** What V8's profiler writes, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: readonly number[];
  }[];
  /** The node that was running at each sample. */
  readonly samples?: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas?: readonly number[];
}

/** Names the part that a function belongs to; `callers` are those that led to it, the nearest first. */
export type PartOf = (frame: Frame, callers: readonly Frame[]) => string;

/** How much of the time in which anything ran each part had, 0–1. */
export function sharesByPart(profile: CpuProfile, partOf: PartOf): ReadonlyMap<string, number> {
  const times = timesById(profile);
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const sums = new Map<string, number>();
  const visit = (id: number, callers: readonly Frame[]): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { callFrame, children = [] } = node;
    const time = callFrame.functionName === '(idle)' ? 0 : (times.get(id) ?? 0);
    if (time > 0) {
      const part = partOf(callFrame, callers);
      sums.set(part, (sums.get(part) ?? 0) + time);
    }
    for (const child of children) visit(child, [callFrame, ...callers]);
  };
  const [root] = profile.nodes;
  if (root !== undefined) visit(root.id, []);
  const all = [...sums.values()].reduce((sum, time) => sum + time, 0);
  return new Map([...sums].map(([part, time]) => [part, time / all]));
}

function timesById({ samples = [], timeDeltas = [] }: CpuProfile): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  samples.forEach((id, at) => times.set(id, (times.get(id) ?? 0) + (timeDeltas[at] ?? 0)));
  return times;
}

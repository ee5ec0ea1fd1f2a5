import type { Scene, SceneOptions } from '../harness/scene.ts';
import type { Fault } from './ways-to-fail.ts';

/** A fault, and the region that it is for. */
export interface Round {
  readonly region: string;
  readonly fault: Fault;
}

/** The faults for every region, or for one each in turn; TLS fails only where there is some. */
export function roundsOf(
  faults: readonly Fault[],
  { regions = [], tls = [] }: SceneOptions,
  everywhere: boolean,
): readonly Round[] {
  return faults.flatMap((fault, at) => {
    const able = fault.kind === 'tls-failure' ? tls : regions;
    const chosen = everywhere ? able : [able[at % able.length] ?? ''];
    return chosen.map((region) => ({ region, fault }));
  });
}

/** Sets the fault of a round and gives its id; one of requests is for those of `action`, so that no probe meets it. */
export function strike(scene: Scene, { region, fault }: Round, action: string): Promise<string> {
  const match = { match: { action } };
  return scene.simulator.setFault({ ...fault, region, ...(strikesRequests(fault) && match) });
}

/** Whether a fault is one of requests rather than of connections. */
export function strikesRequests({ kind }: Fault): boolean {
  return kind !== 'refuse' && kind !== 'blackhole' && kind !== 'tls-failure';
}

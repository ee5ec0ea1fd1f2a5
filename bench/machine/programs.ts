/** Paths of the programs that are not ours; one that could not be had is absent. */
export interface Programs {
  readonly nginx?: string;
  readonly haproxy?: string;
  readonly wrk?: string;
  readonly etcdctl?: string;
  readonly taskset?: string;
}

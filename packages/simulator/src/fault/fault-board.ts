import { ControlProblem, parseOrRefuse } from '../control/problem.ts';
import type { EndpointServer } from '../listener/endpoint-server.ts';
import type { Log } from '../log.ts';
import { FAULT_KINDS, FaultSpec, isListenerFault } from './fault-spec.ts';
import type { FaultTable } from './fault-table.ts';

/** What the board works with. */
export interface FaultBoardParts {
  readonly faults: FaultTable;
  /** Regions and gateways by name. */
  readonly servers: ReadonlyMap<string, EndpointServer>;
  /** Names of regions with TLS. */
  readonly tlsRegions: ReadonlySet<string>;
  readonly accountNames: readonly string[];
  readonly log: Log;
  readonly now: () => number;
}

/** Sets and ends faults, and sees to it that the listeners follow. */
export class FaultBoard {
  readonly #parts: FaultBoardParts;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(parts: FaultBoardParts) {
    this.#parts = parts;
  }

  /** Puts a fault in force, a `FaultSpecInput` from anywhere; resolves with its id once it is. */
  async set(input: unknown): Promise<string> {
    const spec = parseOrRefuse(FaultSpec, input, { kind: FAULT_KINDS });
    this.#check(spec);
    const { faults, log, now } = this.#parts;
    const id = faults.add(spec, now());
    if (isListenerFault(spec) && spec.forMs !== undefined) this.#endLater(id, spec.forMs);
    await this.#settle();
    log.info({ id, kind: spec.kind, region: spec.region }, 'fault set');
    return id;
  }

  /** Ends a fault; resolves with false when there is none of that id. */
  async end(id: string): Promise<boolean> {
    const known = this.#parts.faults.remove(id);
    this.#cancelTimer(id);
    await this.#settle();
    if (known) this.#parts.log.info({ id }, 'fault ended');
    return known;
  }

  /** Ends every fault. */
  async endAll(): Promise<void> {
    this.#parts.faults.clear();
    for (const id of [...this.#timers.keys()]) this.#cancelTimer(id);
    await this.#settle();
    this.#parts.log.info({}, 'all faults ended');
  }

  /** Lets no timer fire any more. */
  stop(): void {
    for (const id of [...this.#timers.keys()]) this.#cancelTimer(id);
  }

  #check(spec: FaultSpec): void {
    const { servers, tlsRegions, accountNames } = this.#parts;
    const names = ['*', ...servers.keys()];
    if (!names.includes(spec.region)) {
      throw new ControlProblem(400, 'REQUEST_INVALID', [
        { field: 'region', value: spec.region, allowed: `one of ${names.join(', ')}` },
      ]);
    }
    if (spec.kind === 'tls-failure' && !tlsRegions.has(spec.region)) {
      const allowed =
        tlsRegions.size === 0 ? 'a region with tls: true; there is none' : [...tlsRegions].join(', ');
      throw new ControlProblem(400, 'REQUEST_INVALID', [
        { field: 'region', value: spec.region, allowed: `a region with TLS: ${allowed}` },
      ]);
    }
    const account = isListenerFault(spec) ? undefined : spec.match.account;
    if (account !== undefined && !accountNames.includes(account)) {
      throw new ControlProblem(400, 'REQUEST_INVALID', [
        { field: 'match.account', value: account, allowed: `one of ${accountNames.join(', ')}` },
      ]);
    }
  }

  async #settle(): Promise<void> {
    const { faults, servers, now } = this.#parts;
    const at = now();
    const changes = [...servers].map(([name, server]) => {
      const fault = faults.listenerFault(name, at);
      return fault === undefined ? server.change('open') : server.change(fault.kind, fault.standing);
    });
    await Promise.all(changes);
  }

  #endLater(id: string, afterMs: number): void {
    const timer = setTimeout(() => {
      this.end(id).catch((error: unknown) => {
        this.#parts.log.error({ id, error: String(error) }, 'fault could not be ended');
      });
    }, afterMs);
    this.#timers.set(id, timer);
  }

  #cancelTimer(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}

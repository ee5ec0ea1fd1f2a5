import type { Account, SimulatorConfigInput } from './config/simulator-config.ts';
import type { FaultSpecInput } from './fault/fault-spec.ts';
import type { LedgerCheck } from './ledger/ledger-check.ts';
import type { LedgerFilter, LedgerText } from './ledger/ledger.ts';
import type { Log } from './log.ts';

/** How a simulator is started from code. */
export interface SimulatorOptions {
  /** As in the configuration file; what is left out has its default. */
  readonly config?: SimulatorConfigInput;
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** Port of the first endpoint that names none, the next one's is one higher; 0 (default): all free ones. */
  readonly firstPort?: number;
  /** Port of the control API; 0 (default): a free one. */
  readonly controlPort?: number;
  /** Where state changes are told; default nowhere. */
  readonly log?: Log;
  /** Epoch milliseconds, the simulator's own clock; default the machine's. */
  readonly now?: () => number;
}

/** A running simulator. */
export interface Simulator {
  /** Region name → base URL, such as `http://127.0.0.1:7300`. */
  readonly regions: Readonly<Record<string, string>>;
  /** Gateway name → URL that takes sends, path included. */
  readonly gateways: Readonly<Record<string, string>>;
  /** Base URL of the control API. */
  readonly controlUrl: string;
  /** Name → certificate (PEM) of each region with TLS. */
  readonly certificates: Readonly<Record<string, string>>;
  /** The accounts with their keys, as configured. */
  readonly accounts: Readonly<Record<string, Account>>;
  /** Sets a fault and resolves with its id once it is in force; throws with all mistakes in the message. */
  setFault(fault: FaultSpecInput): Promise<string>;
  /** Ends one fault, and resolves once it is over; an unknown id is ignored. */
  clearFault(id: string): Promise<void>;
  /** Ends every fault, and resolves once all are over. */
  clearFaults(): Promise<void>;
  /** What reached phones, oldest first. */
  texts(filter?: LedgerFilter): readonly LedgerText[];
  /** Lost and doubled texts; `expected` are the OutIds that should have arrived. */
  check(expected?: Iterable<string>): LedgerCheck;
  /** Forgets the ledger, the expected OutIds and the records behind QuerySendDetails. */
  clearLedger(): void;
  /** Closes every listener and connection. */
  stop(): Promise<void>;
}

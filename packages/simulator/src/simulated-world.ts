import { AccountBook } from './account/account-book.ts';
import type { SimulatorConfig } from './config/simulator-config.ts';
import { FaultTable } from './fault/fault-table.ts';
import { Carrier } from './ledger/carrier.ts';
import { ExpectedKeys } from './ledger/expected-keys.ts';
import { Ledger } from './ledger/ledger.ts';
import { SendRecords } from './ledger/send-records.ts';
import { LiveSettings } from './live-settings.ts';
import type { Log } from './log.ts';

/** Everything that all endpoints share: accounts, ledger, faults, settings, clock. */
export interface SimulatedWorld {
  readonly accounts: AccountBook;
  readonly ledger: Ledger;
  readonly sendRecords: SendRecords;
  readonly carrier: Carrier;
  readonly expected: ExpectedKeys;
  readonly faults: FaultTable;
  readonly settings: LiveSettings;
  readonly log: Log;
  /** Epoch milliseconds, the simulator's clock. */
  readonly now: () => number;
}

/** A world as configured, in which nothing has been sent yet. */
export function createWorld(config: SimulatorConfig, log: Log, now: () => number): SimulatedWorld {
  const ledger = new Ledger(config.ledger.maxTexts);
  const sendRecords = new SendRecords(config.ledger.maxTexts);
  return {
    accounts: new AccountBook(config.accounts),
    ledger,
    sendRecords,
    carrier: new Carrier(ledger, sendRecords),
    expected: new ExpectedKeys(),
    faults: new FaultTable(config.seed),
    settings: new LiveSettings(config),
    log,
    now,
  };
}

/** Forgets what was sent and expected; accounts keep what they have used up. */
export function clearLedger(world: SimulatedWorld): void {
  world.ledger.clear();
  world.sendRecords.clear();
  world.expected.clear();
}

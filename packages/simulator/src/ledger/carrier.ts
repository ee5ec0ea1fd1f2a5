import { randomInt } from 'node:crypto';
import type { AccountState } from '../account/account-state.ts';
import type { Ledger } from './ledger.ts';
import type { SendRecords } from './send-records.ts';

/** A text ready to go. */
export interface OutgoingText {
  /** `+` and country code. */
  readonly phoneNumber: string;
  readonly signName: string;
  readonly content: string;
  readonly values: readonly string[];
}

/** The texts of one request. */
export interface Shipment {
  readonly region: string;
  readonly account: AccountState;
  readonly texts: readonly OutgoingText[];
  readonly templateCode?: string;
  readonly outId?: string;
  readonly requestId: string;
  /** Simulator's clock. */
  readonly at: number;
  /** The region's clock. */
  readonly sentAt: number;
  /** The request is answered OK, and nobody gets a text. */
  readonly swallow: boolean;
}

/** Takes texts to their phones: ledger, records and the account's counters. */
export class Carrier {
  readonly #ledger: Ledger;
  readonly #records: SendRecords;

  constructor(ledger: Ledger, records: SendRecords) {
    this.#ledger = ledger;
    this.#records = records;
  }

  /** Carries a request's texts and returns its BizId, one for all of them. */
  carry(shipment: Shipment): string {
    const { account, texts, outId, templateCode, at } = shipment;
    const bizId = newBizId(at);
    account.use(
      texts.map((text) => text.phoneNumber),
      at,
    );
    if (shipment.swallow && outId !== undefined) this.#ledger.addSwallowed(outId);
    for (const { values, ...text } of texts) {
      const shared = {
        region: shipment.region,
        account: account.name,
        bizId,
        ...(outId === undefined ? {} : { outId }),
      };
      if (!shipment.swallow) {
        this.#ledger.add({
          at: new Date(at).toISOString(),
          ...shared,
          ...text,
          ...(templateCode === undefined ? {} : { templateCode }),
          requestId: shipment.requestId,
        });
      }
      if (templateCode !== undefined) {
        const { phoneNumber, content } = text;
        const { sentAt } = shipment;
        this.#records.add({ ...shared, phoneNumber, content, values, templateCode, at, sentAt });
      }
    }
    return bizId;
  }
}

/** Looks like the provider's: eighteen digits and `^0`. */
function newBizId(at: number): string {
  return `${String(at).slice(-9)}${String(randomInt(1_000_000_000)).padStart(9, '0')}^0`;
}

import { createHmac } from 'node:crypto';
import { AccountBook } from '../account/account-book.ts';
import { AliyunEndpoint } from '../aliyun/aliyun-endpoint.ts';
import type { Answer } from '../aliyun/answer.ts';
import { Nonces } from '../aliyun/nonces.ts';
import type { SimulatorConfigInput } from '../config/simulator-config.ts';
import { SimulatorConfig } from '../config/simulator-config.ts';
import { Carrier } from '../ledger/carrier.ts';
import { Ledger } from '../ledger/ledger.ts';
import { SendRecords } from '../ledger/send-records.ts';

/** Noon in Shanghai. */
export const NOON = Date.parse('2026-03-01T04:00:00Z');
export const MINUTE = 60_000;

/** A message that is accepted. */
export const SEND = {
  Action: 'SendSms',
  PhoneNumbers: '13800138000',
  SignName: '阿里云',
  TemplateCode: 'SMS_154950909',
  TemplateParam: '{"code":"1234"}',
};

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Endpoints on a clock of their own, and a client that signs for them. */
export class AskedEndpoint {
  at = NOON;
  /** Of the endpoint that was made last. */
  ledger = new Ledger(1000);
  #serial = 0;

  /** An endpoint with an account of its own. */
  endpoint(account: object = {}, more: SimulatorConfigInput & { clockSkewMs?: number } = {}): AliyunEndpoint {
    const { clockSkewMs = 0, ...rest } = more;
    const defaults = SimulatorConfig.parse({}).accounts['main'];
    const config = SimulatorConfig.parse({ ...rest, accounts: { main: { ...defaults, ...account } } });
    const ledger = new Ledger(1000);
    this.ledger = ledger;
    const sendRecords = new SendRecords(1000);
    return new AliyunEndpoint(
      {
        accounts: new AccountBook(config.accounts),
        nonces: new Nonces(),
        carrier: new Carrier(ledger, sendRecords),
        sendRecords,
        recordSettings: () => config.records,
        now: () => this.at,
      },
      { name: 'cn-hangzhou', clockSkewMs: () => clockSkewMs },
    );
  }

  /** Asks by signature version 1; a parameter set to undefined is left out. */
  ask(target: AliyunEndpoint, parameters: Record<string, string | undefined>, method = 'GET'): Answer {
    this.#serial += 1;
    const all: Record<string, string | undefined> = {
      AccessKeyId: 'LTAISimulatorMain',
      Format: 'JSON',
      SignatureMethod: 'HMAC-SHA1',
      SignatureNonce: `nonce-${this.#serial}`,
      SignatureVersion: '1.0',
      Timestamp: new Date(this.at).toISOString().replace(/\.\d{3}/, ''),
      Version: '2017-05-25',
      ...parameters,
    };
    const query = Object.entries(all)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .join('&');
    const signature = createHmac('sha1', 'simulator-secret-of-main&')
      .update(`${method}&%2F&${encode(query)}`)
      .digest('base64');
    const signed = `${query}&Signature=${encode(signature)}`;
    const call = target.read({
      method,
      path: '/',
      query: method === 'GET' ? signed : '',
      headers: { host: 'localhost', 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(method === 'GET' ? '' : signed),
    });
    return call.perform(false);
  }

  /** What each of several sends is answered. */
  codes(target: AliyunEndpoint, ...changes: Record<string, string | undefined>[]): string[] {
    return changes.map((change) => this.ask(target, { ...SEND, ...change }).code);
  }
}

import { randomUUID } from 'node:crypto';
import type { AccountBook } from '../account/account-book.ts';
import type { Answer } from '../aliyun/answer.ts';
import { readPhoneNumber } from '../aliyun/phone-number.ts';
import type { AskedAnswer, CallFacts, EndpointCall } from '../endpoint-call.ts';
import type { Carrier } from '../ledger/carrier.ts';
import type { RawRequest } from '../listener/raw-request.ts';
import type { GatewayFields } from './gateway-request.ts';
import { readGatewayFields } from './gateway-request.ts';

/** What a gateway works with. */
export interface GatewayParts {
  readonly accounts: AccountBook;
  readonly carrier: Carrier;
  /** Epoch milliseconds, the simulator's clock. */
  readonly now: () => number;
}

interface Result {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly sid?: string;
}

const SIGNED_CONTENT = /^【([^】]{1,64})】(.+)$/s;

/** A generic gateway: `apikey`, `mobile`, `content` in, `{ code, msg, sid }` out; code 0 is yes. */
export class GatewayEndpoint {
  readonly #parts: GatewayParts;
  readonly #options: { readonly name: string; readonly path: string };

  constructor(parts: GatewayParts, options: { readonly name: string; readonly path: string }) {
    this.#parts = parts;
    this.#options = options;
  }

  /** The gateway's own clock. */
  clock(): number {
    return this.#parts.now();
  }

  /** Understands a request; carries nothing out. */
  read(raw: RawRequest): EndpointCall {
    const fields = readGatewayFields(raw);
    return {
      facts: () => this.#facts(fields),
      perform: (swallow) => answer(this.#send(raw, fields, swallow)),
      answerWith: (asked) => answerAsked(asked),
      answerWithWrongTypes: () => ({
        ...answer({ code: '0', message: 'OK' }),
        body: JSON.stringify({ code: ['0'], msg: 1, sid: { value: 1 } }),
      }),
    };
  }

  #facts(fields: GatewayFields | undefined): CallFacts {
    const account = this.#parts.accounts.byApiKey(fields?.get('apikey') ?? '')?.name;
    const number = readPhoneNumber(fields?.get('mobile') ?? '')?.e164;
    const outId = fields?.get('ref');
    const signName = SIGNED_CONTENT.exec(fields?.get('content') ?? '')?.[1];
    return {
      action: 'send',
      phoneNumbers: number === undefined ? [] : [number],
      ...(account === undefined ? {} : { account }),
      ...(signName === undefined ? {} : { signName }),
      ...(outId === undefined ? {} : { outId }),
    };
  }

  #send(raw: RawRequest, fields: GatewayFields | undefined, swallow: boolean): Result {
    if (raw.path !== this.#options.path) return { code: '404', message: 'no such path', status: 404 };
    if (fields === undefined) {
      return { code: '1', message: 'the body must be a form or a JSON object', status: 400 };
    }
    const absent = ['apikey', 'mobile', 'content'].find((name) => (fields.get(name) ?? '') === '');
    if (absent !== undefined) return { code: '1', message: `${absent} is missing`, status: 400 };
    const account = this.#parts.accounts.byApiKey(fields.get('apikey') ?? '');
    if (account === undefined) return { code: '3', message: 'apikey is unknown', status: 401 };
    const at = this.#parts.now();
    if (!account.admitRequest(at)) return { code: '1001', message: 'too many requests', status: 429 };
    const number = readPhoneNumber(fields.get('mobile') ?? '');
    if (number === undefined) return { code: '2', message: 'mobile is no phone number' };
    const content = fields.get('content') ?? '';
    const signName = SIGNED_CONTENT.exec(content)?.[1];
    if (!account.settings.signs.some((sign) => sign.name === signName && sign.approved)) {
      return { code: '4', message: 'content does not start with an approved sign in 【】' };
    }
    if (account.settings.blockedNumbers.includes(number.e164)) {
      return { code: '6', message: 'the recipient has refused' };
    }
    const hit = account.limitHit([number.e164], at);
    if (hit !== undefined) {
      const ofNumber = hit.kind.startsWith('number-');
      return {
        code: ofNumber ? '1003' : '1002',
        message: ofNumber ? 'number limited' : `limit: ${hit.kind}`,
      };
    }
    const outId = fields.get('ref');
    const sid = this.#parts.carrier.carry({
      region: this.#options.name,
      account,
      texts: [{ phoneNumber: number.e164, signName: signName ?? '', content, values: [] }],
      ...(outId === undefined || outId === '' ? {} : { outId }),
      requestId: randomUUID(),
      at,
      sentAt: at,
      swallow,
    });
    return { code: '0', message: 'OK', sid };
  }
}

function answer(result: Result, headers: Readonly<Record<string, string>> = {}): Answer {
  const { code, message, sid } = result;
  return {
    status: result.status ?? 200,
    contentType: 'application/json;charset=utf-8',
    body: JSON.stringify({
      code: /^\d{1,9}$/.test(code) ? Number(code) : code,
      msg: message,
      ...(sid === undefined ? {} : { sid }),
    }),
    headers,
    accepted: code === '0',
    code,
  };
}

/** Faults speak of the provider's codes; a gateway has its own for throttling and for being down. */
function answerAsked(asked: AskedAnswer): Answer {
  const throttled = asked.code.startsWith('Throttling');
  const down = asked.code === 'ServiceUnavailable' || asked.code === 'InternalError';
  const status = asked.status ?? (throttled ? 429 : down ? 503 : 200);
  const code = throttled ? '1001' : down ? '9' : asked.code;
  return answer({ code, message: asked.message ?? asked.code, status }, asked.headers);
}

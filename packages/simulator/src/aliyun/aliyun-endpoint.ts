import { randomUUID } from 'node:crypto';
import type { AccountBook } from '../account/account-book.ts';
import type { AccountState } from '../account/account-state.ts';
import type { Records } from '../config/simulator-config.ts';
import type { CallFacts, EndpointCall } from '../endpoint-call.ts';
import type { Carrier } from '../ledger/carrier.ts';
import type { SendRecords } from '../ledger/send-records.ts';
import type { RawRequest } from '../listener/raw-request.ts';
import type { AliyunRequest } from './aliyun-request.ts';
import { readAliyunRequest } from './aliyun-request.ts';
import { okAnswer, refusalAnswer, wrongTypesAnswer } from './aliyun-answers.ts';
import type { Fulfilled } from './answer.ts';
import { authenticate, claimedKeyId } from './authenticate.ts';
import type { Nonces } from './nonces.ts';
import { readPhoneNumber } from './phone-number.ts';
import type { Draft } from './prepare-texts.ts';
import { prepareTexts } from './prepare-texts.ts';
import { querySendDetails } from './query-send-details.ts';
import { readSendBatchSms, readSendSms } from './read-draft.ts';
import type { Refusal } from './refusal.ts';
import { missing, refuse } from './refusal.ts';

const VERSION = '2017-05-25';
const ACTIONS: readonly string[] = ['SendSms', 'SendBatchSms', 'QuerySendDetails'];

/** What all regions work with. */
export interface AliyunParts {
  readonly accounts: AccountBook;
  readonly nonces: Nonces;
  readonly carrier: Carrier;
  readonly sendRecords: SendRecords;
  readonly recordSettings: () => Records;
  /** Epoch milliseconds, the simulator's clock. */
  readonly now: () => number;
}

/** One region's endpoint: reads requests in both dialects and answers as the provider does. */
export class AliyunEndpoint {
  readonly #parts: AliyunParts;
  readonly #region: { readonly name: string; readonly clockSkewMs: () => number };

  constructor(parts: AliyunParts, region: { readonly name: string; readonly clockSkewMs: () => number }) {
    this.#parts = parts;
    this.#region = region;
  }

  /** The region's own clock, which its Date header shows. */
  clock(): number {
    return this.#parts.now() + this.#region.clockSkewMs();
  }

  /** Understands a request; carries nothing out. */
  read(raw: RawRequest): EndpointCall {
    const request = readAliyunRequest(raw);
    const requestId = randomUUID().toUpperCase();
    return {
      facts: () => this.#facts(request),
      perform: (swallow) => {
        const result = this.#perform(request, requestId, swallow);
        return 'tree' in result
          ? okAnswer(request, requestId, result.tree)
          : refusalAnswer(request, requestId, result);
      },
      answerWith: ({ code, message, ...extra }) =>
        refusalAnswer(request, requestId, refuse(code, message, extra)),
      answerWithWrongTypes: () => wrongTypesAnswer(request),
    };
  }

  #perform(request: AliyunRequest, requestId: string, swallow: boolean): Fulfilled | Refusal {
    const account = this.#admit(request);
    if ('code' in account) return account;
    const at = this.#parts.now();
    if (request.action === 'QuerySendDetails') {
      const { sendRecords, recordSettings } = this.#parts;
      const scene = { account: account.name, region: this.#region.name, at, regionAt: this.clock() };
      return querySendDetails(request.parameters, sendRecords, recordSettings(), scene);
    }
    const draft = readDraft(request);
    if ('code' in draft) return draft;
    const texts = prepareTexts(draft, account, at);
    if ('code' in texts) return texts;
    const bizId = this.#parts.carrier.carry({
      region: this.#region.name,
      account,
      texts,
      templateCode: draft.templateCode,
      ...(draft.outId === undefined ? {} : { outId: draft.outId }),
      requestId,
      at,
      sentAt: this.clock(),
      swallow,
    });
    return { tree: { Message: 'OK', BizId: bizId, Code: 'OK' } };
  }

  /** The gateway's checks, before the service sees anything: path, action, version, who, how often. */
  #admit(request: AliyunRequest): AccountState | Refusal {
    const { raw, action, version } = request;
    if (raw.method !== 'GET' && raw.method !== 'POST') return refuse('UnsupportedHTTPMethod');
    if (raw.path !== '/' || !ACTIONS.includes(action)) return refuse('InvalidAction.NotFound');
    if (version === '') return missing('Version');
    if (version !== VERSION) return refuse('InvalidVersion');
    const account = authenticate(request, this.#parts.accounts, this.#parts.nonces, this.clock());
    if ('code' in account) return account;
    return account.admitRequest(this.#parts.now()) ? account : refuse('Throttling.User');
  }

  #facts(request: AliyunRequest): CallFacts {
    const keyId = claimedKeyId(request);
    const account = keyId === undefined ? undefined : this.#parts.accounts.byAccessKey(keyId)?.account.name;
    const draft = readDraft(request);
    const known = 'code' in draft ? undefined : draft;
    const asked = known?.texts.map((text) => text.phoneNumber) ?? [
      request.parameters.get('PhoneNumber') ?? '',
    ];
    const signName = known?.texts[0]?.signName;
    return {
      action: request.action,
      phoneNumbers: asked.flatMap((number) => readPhoneNumber(number)?.e164 ?? []),
      ...(account === undefined ? {} : { account }),
      ...(signName === undefined ? {} : { signName }),
      ...(known === undefined ? {} : { templateCode: known.templateCode }),
      ...(known?.outId === undefined ? {} : { outId: known.outId }),
    };
  }
}

function readDraft(request: AliyunRequest): Draft | Refusal {
  return request.action === 'SendBatchSms'
    ? readSendBatchSms(request.parameters)
    : readSendSms(request.parameters);
}

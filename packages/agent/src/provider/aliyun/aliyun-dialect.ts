import { createHash, randomUUID } from 'node:crypto';
import { classifyAliyun, clockSkewCode, outcomeOf } from '@waystation/core';
import type { AliyunChannel, Clock, Endpoint, Message } from '@waystation/core';
import { z } from 'zod';
import type { Credential } from '../../credentials/credential.ts';
import type { AttemptRequest, ChannelCall } from '../../pool/send-channel.ts';
import type { Dialect, Draft, Reading } from '../dialect.ts';
import { mappedName } from '../mapped-name.ts';
import { readJson } from '../read-json.ts';
import { retryAfterMs } from '../retry-after.ts';
import { headerOf } from '../transport/http-message.ts';
import type { HttpAnswer, HttpRequest } from '../transport/http-message.ts';
import { canonicalQuery, emptyBodyDigest, signAcs3 } from './acs3-signature.ts';
import { batchParameters } from './batch-parameters.ts';

/** What is read of an answer; a field of another type than this is as good as missing. */
const answerShape = z.object({
  Code: z.string().min(1).max(256),
  Message: z.string().optional().catch(undefined),
  BizId: z.string().max(256).optional().catch(undefined),
  RequestId: z.string().max(256).optional().catch(undefined),
});

/** The provider's days are those of China, which has one zone and no summer time. */
const shanghaiMs = 8 * 3_600_000;

/** Up to here parameters go in the query, as official SDKs have them; what is longer would make too long a URL. */
const maxQueryLength = 16_384;

type KeyPair = Extract<Credential, { kind: 'aliyun' }>;

/** Aliyun's SMS API of 2017-05-25 with a V3 signature, all parameters in the query. */
export class AliyunDialect implements Dialect {
  readonly #clock: Clock;
  readonly #channel: AliyunChannel;
  readonly #host: string;
  /** How far the host's clock is ahead of ours; learnt only when it complains. */
  #clockOffsetMs = 0;

  constructor({ clock }: { readonly clock: Clock }, channel: AliyunChannel, endpoint: Endpoint) {
    this.#clock = clock;
    this.#channel = channel;
    this.#host = new URL(endpoint.url).host;
  }

  draft({ message, outId }: Pick<AttemptRequest, 'message' | 'outId'>, credential?: Credential): Draft {
    const { batch } = message;
    if (batch === undefined) return this.#draft('SendSms', this.#parameters(message, outId), credential);
    return this.#draft('SendBatchSms', batchParameters(this.#channel, message, batch, outId), credential);
  }

  draftCall(
    { action, parameters }: Pick<ChannelCall, 'action' | 'parameters'>,
    credential?: Credential,
  ): Draft {
    return this.#draft(action, parameters, credential);
  }

  #draft(action: string, query: Readonly<Record<string, string>>, credential?: Credential): Draft {
    if (credential?.kind !== 'aliyun') {
      const reason = `credential ${this.#channel.credential} is no Aliyun key pair`;
      return { ok: false, outcome: outcomeOf('misconfigured', { reason, written: false }) };
    }
    return { ok: true, make: () => this.#sign(action, query, credential) };
  }

  /** A signed query that sends nothing and finds nothing: the records of a number that nobody has. */
  probe(credential: KeyPair): HttpRequest {
    const at = new Date(this.#clock.wallTime() + shanghaiMs).toISOString();
    const SendDate = at.slice(0, 10).replaceAll('-', '');
    const query = { PhoneNumber: '10000000000', SendDate, PageSize: '1', CurrentPage: '1' };
    return this.#sign('QuerySendDetails', query, credential);
  }

  read(answer: HttpAnswer): Reading {
    const parsed = answerShape.safeParse(readJson(answer.body));
    const { Code: code, Message: message, BizId: bizId, RequestId: requestId } = parsed.data ?? {};
    const outcome = classifyAliyun({
      httpStatus: answer.status,
      code,
      message,
      retryAfterMs: retryAfterMs(answer),
    });
    const result = {
      outcome,
      ...(bizId !== undefined && { bizId }),
      ...(requestId !== undefined && { requestId }),
    };
    const corrected = code === clockSkewCode && this.#learnClock(headerOf(answer, 'date'));
    return corrected ? { kind: 'clock-corrected', otherwise: result } : { kind: 'result', result };
  }

  #parameters(message: Message, outId: string): Readonly<Record<string, string>> {
    const { signNames, templateCodes } = this.#channel;
    const { phoneNumbers, signName, templateCode, templateParam, templateParamText, smsUpExtendCode } =
      message;
    return {
      PhoneNumbers: phoneNumbers.join(','),
      SignName: mappedName(signNames, signName),
      TemplateCode: mappedName(templateCodes, templateCode),
      OutId: outId,
      ...(templateParam !== undefined && {
        TemplateParam: templateParamText ?? JSON.stringify(templateParam),
      }),
      ...(smsUpExtendCode !== undefined && { SmsUpExtendCode: smsUpExtendCode }),
    };
  }

  #sign(action: string, parameters: Readonly<Record<string, string>>, key: KeyPair): HttpRequest {
    const encoded = canonicalQuery(parameters);
    const inBody = encoded.length > maxQueryLength;
    const query = inBody ? {} : parameters;
    const bodyDigest = inBody ? createHash('sha256').update(encoded).digest('hex') : emptyBodyDigest;
    const at = new Date(this.#clock.wallTime() + this.#clockOffsetMs);
    const headers = {
      host: this.#host,
      'x-acs-version': '2017-05-25',
      'x-acs-action': action,
      'x-acs-date': at.toISOString().replace(/\.\d{3}Z$/, 'Z'),
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-content-sha256': bodyDigest,
      ...(inBody && { 'content-type': 'application/x-www-form-urlencoded' }),
      accept: 'application/json',
      'user-agent': 'waystation-agent',
      ...(key.securityToken !== undefined && {
        'x-acs-accesskey-id': key.accessKeyId,
        'x-acs-security-token': key.securityToken,
      }),
    };
    const signed = { method: 'POST', query, headers, bodyDigest };
    const authorization = signAcs3(signed, key.accessKeyId, key.accessKeySecret);
    const sent = { ...headers, authorization };
    if (inBody) return { method: 'POST', path: '/', headers: sent, body: encoded };
    return { method: 'POST', path: `/?${encoded}`, headers: sent };
  }

  /** Takes over the host's time; false where the answer does not tell it. */
  #learnClock(date: string | undefined): boolean {
    const theirs = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(theirs)) return false;
    this.#clockOffsetMs = theirs - this.#clock.wallTime();
    return true;
  }
}

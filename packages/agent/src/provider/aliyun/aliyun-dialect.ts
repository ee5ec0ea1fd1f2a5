import { classifyAliyun, clockSkewCode, outcomeOf } from '@waystation/core';
import type { AliyunChannel, Clock, Endpoint, Message } from '@waystation/core';
import type { Credential } from '../../credentials/credential.ts';
import type { AttemptRequest, ChannelCall } from '../../pool/send-channel.ts';
import type { Dialect, Draft, Reading } from '../dialect.ts';
import { mappedName } from '../mapped-name.ts';
import { retryAfterMs } from '../retry-after.ts';
import { headerOf } from '../transport/http-message.ts';
import type { HttpAnswer, HttpRequest } from '../transport/http-message.ts';
import { canonicalQuery } from './acs3-signature.ts';
import { readAliyunAnswer } from './aliyun-answer.ts';
import { AliyunSigner } from './aliyun-signer.ts';
import type { KeyPair } from './aliyun-signer.ts';
import { batchParameters } from './batch-parameters.ts';

/** The provider's days are those of China, which has one zone and no summer time. */
const shanghaiMs = 8 * 3_600_000;

/** Aliyun's SMS API of 2017-05-25 with a V3 signature, all parameters in the query. */
export class AliyunDialect implements Dialect {
  readonly #clock: Clock;
  readonly #channel: AliyunChannel;
  readonly #signer: AliyunSigner;

  constructor({ clock }: { readonly clock: Clock }, channel: AliyunChannel, endpoint: Endpoint) {
    this.#clock = clock;
    this.#channel = channel;
    this.#signer = new AliyunSigner(clock, new URL(endpoint.url).host);
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
    const parameters = canonicalQuery(query);
    return { ok: true, make: () => this.#signer.sign(action, parameters, credential) };
  }

  /** A signed query that sends nothing and finds nothing: the records of a number that nobody has. */
  probe(credential: KeyPair): HttpRequest {
    const at = new Date(this.#clock.wallTime() + shanghaiMs).toISOString();
    const SendDate = at.slice(0, 10).replaceAll('-', '');
    const query = { PhoneNumber: '10000000000', SendDate, PageSize: '1', CurrentPage: '1' };
    return this.#signer.sign('QuerySendDetails', canonicalQuery(query), credential);
  }

  read(answer: HttpAnswer): Reading {
    const { code, message, bizId, requestId } = readAliyunAnswer(answer.body);
    const outcome = classifyAliyun({
      httpStatus: answer.status,
      code,
      message,
      retryAfterMs: retryAfterMs(answer),
    });
    const result = { outcome, bizId, requestId };
    const corrected = code === clockSkewCode && this.#signer.learnClock(headerOf(answer, 'date'));
    return corrected ? { kind: 'clock-corrected', otherwise: result } : { kind: 'result', result };
  }

  #parameters(message: Message, outId: string): Readonly<Record<string, string>> {
    const { signNames, templateCodes } = this.#channel;
    const { phoneNumbers, signName, templateCode, templateParam, templateParamText, smsUpExtendCode } =
      message;
    // In the order in which they are signed.
    const parameters: Record<string, string> = {
      OutId: outId,
      PhoneNumbers: phoneNumbers.join(','),
      SignName: mappedName(signNames, signName),
    };
    if (smsUpExtendCode !== undefined) parameters['SmsUpExtendCode'] = smsUpExtendCode;
    parameters['TemplateCode'] = mappedName(templateCodes, templateCode);
    if (templateParam !== undefined) {
      parameters['TemplateParam'] = templateParamText ?? JSON.stringify(templateParam);
    }
    return parameters;
  }
}

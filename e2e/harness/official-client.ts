import { createRequire } from 'node:module';
import type Dysms from '@alicloud/dysmsapi20170525';
import { QuerySendDetailsRequest, SendBatchSmsRequest, SendSmsRequest } from '@alicloud/dysmsapi20170525';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { ExtendsParameters, RetryOptions, RuntimeOptions } from '@darabonba/typescript';
import { sampleMessage } from './application.ts';

// Required, since the package's default export means two things, by who imports it.
const { default: Client } = createRequire(import.meta.url)('@alicloud/dysmsapi20170525') as typeof Dysms;

/** What the client tells its application. */
export interface Told {
  /** The code of the answer, or of the error that the client throws. */
  readonly code: string;
}

/** A message but for its number and OutId. */
interface Wording {
  readonly signName: string;
  readonly templateCode: string;
  readonly templateParam: Readonly<Record<string, string>>;
}

/** How an application sets the client up. */
export interface OfficialOptions {
  /** How often it sends at most, by itself; default 3. */
  readonly attempts?: number;
  /** What `send` sends; default the sample message. */
  readonly wording?: Wording;
  /** How long it waits; `{}` for its own 3 s, default a minute, so that it never gives up before the agent. */
  readonly timeouts?: { readonly connectTimeout?: number; readonly readTimeout?: number };
}

const patient = { connectTimeout: 60_000, readTimeout: 60_000 };

/**
 * Aliyun's own client, pointed at `url`. It sends again by itself, signed anew, after a 5xx and after a connection
 * that ended without an answer that it understands, as old SDKs do; never after a time of its own.
 */
export class OfficialClient {
  readonly #client: InstanceType<typeof Client>;
  readonly #wording: Wording;

  constructor(
    url: string,
    { attempts = 3, wording = sampleMessage, timeouts = patient }: OfficialOptions = {},
  ) {
    this.#wording = wording;
    const retry = { maxAttempts: attempts, backoff: { policy: 'Fixed', period: 100 } };
    const retryOptions = new RetryOptions({
      retryable: true,
      retryCondition: [
        {
          ...retry,
          exception: ['ServerError', 'SyntaxError'],
          errorCode: ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'],
        },
      ],
    });
    this.#client = new Client(
      new $OpenApiUtil.Config({
        accessKeyId: 'LTAISimulatorMain',
        accessKeySecret: 'simulator-secret-of-main',
        endpoint: new URL(url).host,
        protocol: 'http',
        ...timeouts,
        retryOptions,
      }),
    );
  }

  /** Sends its message under an OutId, with an `Idempotency-Key` and to another number where they are given. */
  async send(outId: string, key?: string, phoneNumbers: string = sampleMessage.phoneNumbers): Promise<Told> {
    const { signName, templateCode, templateParam } = this.#wording;
    const request = new SendSmsRequest({
      ...{ phoneNumbers, signName, templateCode, outId },
      templateParam: JSON.stringify(templateParam),
    });
    const headers = key === undefined ? {} : { 'Idempotency-Key': key };
    const runtime = new RuntimeOptions({ extendsParameters: new ExtendsParameters({ headers }) });
    return tellOf(() => this.#client.sendSmsWithOptions(request, runtime));
  }

  /** Sends a batch to these numbers, each with a code of its own, under an OutId. */
  async sendBatch(outId: string, numbers: readonly string[]): Promise<Told> {
    const { signName, templateCode } = sampleMessage;
    const request = new SendBatchSmsRequest({
      phoneNumberJson: JSON.stringify(numbers),
      signNameJson: JSON.stringify(numbers.map(() => signName)),
      templateCode,
      templateParamJson: JSON.stringify(numbers.map((_, at) => ({ code: String(1000 + at) }))),
      outId,
    });
    return tellOf(() => this.#client.sendBatchSms(request));
  }

  /** OutIds of the texts that QuerySendDetails has for the sample message's number today. */
  async outIds(): Promise<readonly string[]> {
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
    const { body } = await this.#client.querySendDetails(
      new QuerySendDetailsRequest({
        phoneNumber: sampleMessage.phoneNumbers,
        sendDate: today,
        pageSize: 50,
        currentPage: 1,
      }),
    );
    return (body?.smsSendDetailDTOs?.smsSendDetailDTO ?? []).map(({ outId }) => outId ?? '');
  }
}

async function tellOf(
  send: () => Promise<{ readonly body?: { readonly code?: string | undefined } | undefined }>,
): Promise<Told> {
  try {
    const { body } = await send();
    return { code: String(body?.code) };
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  }
}

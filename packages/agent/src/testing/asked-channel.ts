import type { AliyunChannel, Clock } from '@waystation/core';
import { shanghaiDay } from '@waystation/core';
import { pause } from '../pause.ts';
import type { AttemptResult, ChannelCall, ChannelCallResult, SendChannel } from '../pool/send-channel.ts';

/** A record of a modelled provider. */
export interface AskedRow {
  readonly number: string;
  readonly outId: string;
  readonly sentAt: number;
  readonly content?: string;
}

/** A channel that answers questions out of a list, slowly, and counts them. */
export class AskedChannel implements SendChannel {
  readonly name: string;
  readonly host: string;
  readonly account = 'main';
  readonly inFlight = 0;
  readonly hasRoom = true;
  readonly channel: AliyunChannel;
  readonly #clock: Clock;
  readonly rows: AskedRow[] = [];
  /** When each question came. */
  readonly askedAt: number[] = [];
  /** Questions under way at the same time, at most. */
  mostAtOnce = 0;
  /** How every question is answered, in place of the rows. */
  answer: (() => Promise<ChannelCallResult>) | undefined;
  latencyMs = 50;
  #underWay = 0;

  constructor(clock: Clock, name: string) {
    this.#clock = clock;
    this.name = name;
    this.host = `${name}:443`;
    this.channel = { provider: 'aliyun', regionId: 'cn-hangzhou', credential: 'main', recordsShared: false };
  }

  /** Takes a text now. */
  take(number: string, outId: string, content = '您的验证码是：4071'): void {
    const sentAt = Math.floor(this.#clock.wallTime() / 1000) * 1000;
    this.rows.push({ number, outId, sentAt, content });
  }

  send(): Promise<AttemptResult> {
    return Promise.reject(new Error('only asked'));
  }

  async ask({ parameters }: ChannelCall): Promise<ChannelCallResult> {
    this.askedAt.push(this.#clock.now());
    this.#underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
    await pause(this.latencyMs, []);
    this.#underWay -= 1;
    return this.answer?.() ?? this.#page(parameters);
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  #page(parameters: ChannelCall['parameters']): ChannelCallResult {
    const { PhoneNumber, SendDate, PageSize, CurrentPage } = parameters;
    const rows = this.rows.filter(
      ({ number, sentAt }) => number.endsWith(PhoneNumber ?? '') && shanghaiDay(sentAt) === SendDate,
    );
    const size = Number(PageSize);
    const from = (Number(CurrentPage) - 1) * size;
    const shown = rows.slice(from, from + size).map(({ number, outId, sentAt, content }) => ({
      PhoneNum: number.slice(3),
      TemplateCode: 'SMS_154950909',
      OutId: outId,
      SendDate: new Date(sentAt + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' '),
      Content: content,
      SendStatus: 1,
    }));
    const body = {
      Code: 'OK',
      TotalCount: String(rows.length),
      SmsSendDetailDTOs: { SmsSendDetailDTO: shown },
    };
    return {
      answered: true,
      status: 200,
      body: JSON.stringify(body),
      hostTime: Math.floor(this.#clock.wallTime() / 1000) * 1000,
    };
  }
}

/** What a provider answers that does not serve a question. */
export function refusal(code: string, status = 400): () => Promise<ChannelCallResult> {
  return () =>
    Promise.resolve({ answered: true, status, body: JSON.stringify({ Code: code, Message: 'no' }) });
}

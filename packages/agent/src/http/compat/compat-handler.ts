import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock, Draft, Instant, Message } from '@waystation/core';
import type { AgentLogger } from '../../log/logger.ts';
import { isEnd } from '../../send/send-result.ts';
import type { SendResult } from '../../send/send-result.ts';
import type { HttpAnswer } from '../http-answer.ts';
import type { MessageSender, SendOptions } from '../message-sender.ts';
import { isProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { RecentMessages } from '../recent-messages.ts';
import { readBody } from '../request-body.ts';
import type { FindSent } from '../sent-message.ts';
import { idempotencyKeyPattern } from '../send-headers.ts';
import { refuseCaller } from './admit-caller.ts';
import { readClaim } from './claim.ts';
import type { Claim } from './claim.ts';
import { refusalAnswer } from './compat-answer.ts';
import { isRefusal, missing, refuse, unavailable } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import { guessStyle, readCompatRequest, styleOf } from './compat-request.ts';
import type { AnswerStyle, CompatRequest } from './compat-request.ts';
import type { Parameters } from './form-parameters.ts';
import type { LocalKeys } from './local-keys.ts';
import { mayPassOn } from './compat-actions.ts';
import { passOn } from './pass-on.ts';
import type { ProviderCaller } from './provider-caller.ts';
import { OnceMemory } from './once-memory.ts';
import { problemRefusal } from './problem-refusal.ts';
import { readSendBatchSms } from './read-send-batch-sms.ts';
import { readSendSms } from './read-send-sms.ts';
import { sendSmsAnswer, unknownOutcome } from './send-sms-answer.ts';
import type { CancelSignal } from '../../timing/cancel-signal.ts';

/** What the Aliyun-compatible API works with. */
export interface CompatDependencies {
  readonly sender: MessageSender;
  readonly caller: ProviderCaller;
  readonly recent: RecentMessages;
  /** What was taken, by its BizId. */
  readonly findSent: FindSent;
  /** Why nothing can be sent yet, in a sentence; absent once there is a strategy. */
  readonly notReady: () => string | undefined;
  /** The strategy's `compatTotalMs`. */
  readonly totalMs: () => number;
  readonly clock: Clock;
  readonly log: AgentLogger;
}

/** What the agent is told of the API at its start. */
export interface CompatOptions {
  /** Whose signatures are taken by now; undefined: any, of requests that no web page can have sent. */
  readonly localKeys: () => LocalKeys | undefined;
  /** Actions that are passed on, each name with `*` at its end or not. */
  readonly actions: readonly string[];
}

/**
 * How long a request is remembered: a time stamp may be 15 minutes ahead and is good for 15 minutes after. Beyond so
 * many requests the oldest are forgotten, some 25 MB.
 */
const memoryBounds = { keptMs: 30 * 60_000, maxKept: 50_000 } as const;

/** What official SDKs send to `dysmsapi.aliyuncs.com`, answered in the shape that they parse. */
export class CompatHandler {
  readonly #dependencies: CompatDependencies;
  readonly #options: CompatOptions;
  readonly #memory: OnceMemory<HttpAnswer>;

  constructor(dependencies: CompatDependencies, options: CompatOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
    this.#memory = new OnceMemory(dependencies.clock, memoryBounds);
  }

  /** The answer to a request that the port's own rules refuse. */
  refused(request: IncomingMessage, problem: Problem): HttpAnswer {
    // Who was refused before all else has a Host that nobody looked at.
    return refusalAnswer({ ...guessStyle(request), host: '' }, problemRefusal(problem));
  }

  /** Answers one request to `/`; nothing that may have been sent is ever answered with 500 or more. */
  async handle(request: IncomingMessage, signal: CancelSignal): Promise<HttpAnswer> {
    const startedAt = this.#dependencies.clock.now();
    if (request.method !== 'GET' && request.method !== 'POST') {
      const headers = { allow: 'GET, POST' };
      return refusalAnswer(guessStyle(request), refuse('UnsupportedHTTPMethod', undefined, { headers }));
    }
    const body = await readBody(request);
    if (isProblem(body)) return this.refused(request, body);
    const read = readCompatRequest(request, body);
    if (isRefusal(read)) return refusalAnswer(guessStyle(request, body), read);
    const style = styleOf(read);
    const claim = this.#admit(read);
    if (isRefusal(claim)) return refusalAnswer(style, claim);
    const readSend = sends.get(read.action);
    if (readSend === undefined) return this.#passOn(read, claim, style, startedAt, signal);
    const message = readSend(read.parameters);
    if (isRefusal(message)) return refusalAnswer(style, message);
    return this.#once(read, claim, style, () =>
      this.#send(message, read.headers['idempotency-key'], style, startedAt, signal),
    );
  }

  /** Answers of other actions are too large to keep: where keys are checked, a used nonce is refused as Aliyun does. */
  async #passOn(
    request: CompatRequest,
    claim: Claim,
    style: AnswerStyle,
    startedAt: Instant,
    signal: CancelSignal,
  ): Promise<HttpAnswer> {
    const { caller, findSent, totalMs, notReady } = this.#dependencies;
    const reason = notReady();
    if (reason !== undefined) return refusalAnswer(style, unavailable(`${reason}.`));
    if (this.#options.localKeys()?.kind === 'keys') {
      const used = refusalAnswer(style, refuse('SignatureNonceUsed'));
      const fresh = { ...used };
      const told = await this.#once(request, claim, style, () => Promise.resolve(fresh));
      if (told !== fresh) return used;
    }
    return passOn({ caller, findSent }, request, style, { deadline: startedAt + totalMs(), signal });
  }

  /** The same key id, nonce and parameters are one message: who asks again is answered as the first time. */
  async #once(
    request: CompatRequest,
    { accessKeyId, nonce }: Claim,
    style: AnswerStyle,
    send: () => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> {
    if (nonce === undefined) return send();
    const asked = askedFor(request);
    const verified = this.#options.localKeys()?.kind === 'keys';
    // A key that was not verified is anyone's: others may have drawn the same nonce for another message.
    const key = digestOf(verified ? [accessKeyId, nonce] : [accessKeyId, nonce, ...asked]);
    const digest = verified ? digestOf(asked) : key;
    const before = this.#memory.find(key, digest);
    if (before === 'other') return refusalAnswer(style, refuse('SignatureNonceUsed'));
    if (before !== undefined) return before;
    return this.#memory.work(key, digest, async () => {
      const value = await send();
      // Of a 503, and of what may be tried later, nothing was written: the same request may try again.
      return { value, keep: value.status !== 503 && value.headers['retry-after'] === undefined };
    });
  }

  async #send(
    message: Message,
    idempotencyKey: string | undefined,
    style: AnswerStyle,
    startedAt: Instant,
    signal: CancelSignal,
  ): Promise<HttpAnswer> {
    const { sender, recent, notReady, totalMs, clock, log } = this.#dependencies;
    const reason = notReady();
    if (reason !== undefined) return refusalAnswer(style, unavailable(`${reason}.`));
    const timeoutMs = Math.max(1, totalMs() - (clock.now() - startedAt));
    try {
      const onLate = (late: SendResult) => {
        recent.record(late, message);
      };
      const options: Draft<SendOptions> = { timeoutMs, signal, onLate };
      if (idempotencyKey !== undefined) options.idempotencyKey = idempotencyKey;
      const result = await sender.send(message, options);
      if (isEnd(result)) recent.record(result, message);
      const { id, kind, attempts } = result;
      log.debug({ id, kind, attempts }, 'message handled');
      const answer = sendSmsAnswer(style, result);
      return answer.status === 503 ? { ...answer, by: startedAt + totalMs() } : answer;
    } catch (error) {
      log.error({ err: error }, 'send failed by a defect');
      return refusalAnswer(style, unknownOutcome(undefined, 'the agent failed in an unexpected way'));
    }
  }

  #admit(request: CompatRequest): Claim | CompatRefusal {
    const { action, version, headers } = request;
    if (action === '') return refuse('InvalidAction.NotFound', noAction);
    const refused = refuseCaller(request, this.#options.localKeys(), this.#dependencies.clock.wallTime());
    if (refused !== undefined) return refused;
    if (!sends.has(action) && !mayPassOn(action, this.#options.actions)) {
      return refuse('InvalidAction.NotFound', notThere(action));
    }
    if (version === '') return missing('Version');
    if (version !== '2017-05-25') return refuse('InvalidVersion');
    const key = headers['idempotency-key'];
    if (key !== undefined && !idempotencyKeyPattern.test(key)) {
      return refuse('waystation.IdempotencyKeyInvalid');
    }
    return readClaim(request);
  }
}

/** The actions that send, each with how its parameters are read. */
const sends: ReadonlyMap<string, (parameters: Parameters) => Message | CompatRefusal> = new Map([
  ['SendSms', readSendSms],
  ['SendBatchSms', readSendBatchSms],
]);

const noAction =
  'This is the Aliyun-compatible API of waystation-agent, and the request names no Action; the native API is POST /v1/messages.';

function notThere(action: string): string {
  const named = /^[A-Za-z]\w{0,63}$/.test(action) ? action : 'This action';
  return `${named} is not passed on: waystation-agent takes SendSms and SendBatchSms, and the actions that its --compat-actions names.`;
}

/** What a request asks for, whoever signed it and when: the action, then names and values. */
function askedFor({ action, parameters }: CompatRequest): readonly string[] {
  const asked = [action];
  for (const name of [...parameters.keys()].sort()) {
    if (name !== 'Signature') asked.push(name, parameters.get(name) ?? '');
  }
  return asked;
}

function digestOf(texts: readonly string[]): string {
  return hash('sha256', JSON.stringify(texts), 'base64');
}

import type { IncomingMessage } from 'node:http';
import type { Clock, Draft } from '@waystation/core';
import type { AgentLogger } from '../log/logger.ts';
import type { CompatHandler } from './compat/compat-handler.ts';
import { checkCaller } from './caller-check.ts';
import type { CallerRules } from './caller-check.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { MessageSender, SendOptions } from './message-sender.ts';
import { parseBatch } from './parse-batch.ts';
import { invalid, lateErrors, parseMessage } from './parse-message.ts';
import type { ParsedMessage } from './parse-message.ts';
import { isProblem, problemAnswer } from './problem.ts';
import type { Problem } from './problem.ts';
import type { RecentMessages } from './recent-messages.ts';
import { readBody } from './request-body.ts';
import { isEnd } from '../send/send-result.ts';
import type { SendResult } from '../send/send-result.ts';
import { messageAnswer, sendAnswer } from './send-answer.ts';
import { readSendHeaders } from './send-headers.ts';
import type { SendHeaders } from './send-headers.ts';
import type { CancelSignal } from '../timing/cancel-signal.ts';

/** What the API port works with. */
export interface ApiDependencies {
  readonly sender: MessageSender;
  /** What the journal knows of a message. */
  readonly find: (id: string) => Promise<SendResult | undefined>;
  readonly recent: RecentMessages;
  /** Takes what official SDKs send, at `/`. */
  readonly compat: Pick<CompatHandler, 'handle' | 'refused'>;
  /** Why nothing can be sent yet, in a sentence; absent once there is a strategy. */
  readonly notReady: () => string | undefined;
  /** How long a caller waits that says nothing of it, in ms: the strategy's `totalMs`. */
  readonly totalMs: () => number;
  readonly clock: Clock;
  readonly log: AgentLogger;
}

/** Answers one request of the API port (`docs/reference/http.md`). */
export function handleApi(
  dependencies: ApiDependencies,
  rules: CallerRules,
  request: IncomingMessage,
  signal: CancelSignal,
): HttpAnswer | Promise<HttpAnswer> {
  const [path = '', query] = (request.url ?? '').split('?', 2);
  const { compat } = dependencies;
  const refused = checkCaller(request, rules);
  if (refused !== undefined) return path === '/' ? compat.refused(request, refused) : problemAnswer(refused);
  if (path === '/') return compat.handle(request, signal);
  const parse = sendPaths.get(path);
  if (parse !== undefined) {
    return (
      problemOf(methodProblem(request, 'POST') ?? queryProblem(query)) ??
      send(dependencies, parse, request, signal)
    );
  }
  const id = /^\/v1\/messages\/([A-Za-z0-9_-]{1,64})$/.exec(path)?.[1];
  if (id !== undefined) {
    return problemOf(methodProblem(request, 'GET') ?? queryProblem(query)) ?? show(dependencies, id);
  }
  return problemAnswer({
    code: 'REQUEST_NOT_FOUND',
    detail:
      "There is nothing at this path: this port has POST /v1/messages, POST /v1/messages/batch, GET /v1/messages/{id}, and / for Aliyun's SDKs.",
  });
}

/** Where messages are posted, each with how a body is read. */
const sendPaths: ReadonlyMap<string, (body: string, wallTime: number) => ParsedMessage | Problem> = new Map([
  ['/v1/messages', parseMessage],
  ['/v1/messages/batch', parseBatch],
]);

async function send(
  { sender, recent, notReady, totalMs, clock, log }: ApiDependencies,
  parse: (body: string, wallTime: number) => ParsedMessage | Problem,
  request: IncomingMessage,
  signal: CancelSignal,
): Promise<HttpAnswer> {
  const startedAt = clock.now();
  const headers = readSendHeaders(request);
  if (isProblem(headers)) return problemAnswer(headers);
  const body = await readBody(request);
  if (isProblem(body)) return problemAnswer(body);
  const parsed = parse(body, clock.wallTime());
  if (isProblem(parsed)) return problemAnswer(parsed);
  const late = parsed.late === undefined ? undefined : invalid(lateErrors(parsed));
  // A key may stand for a message that went out in time; whoever names none is late for sure.
  if (late !== undefined && headers.idempotencyKey === undefined) return problemAnswer(late);
  const reason = notReady();
  if (reason !== undefined) {
    return problemAnswer({ code: 'SEND_NO_STRATEGY', detail: reason, headers: { 'retry-after': '1' } });
  }
  const { message } = parsed;
  const onLate = (end: SendResult) => {
    recent.record(end, message);
  };
  const result = await sender.send(message, optionsOf(headers, parsed, { signal, onLate }));
  if (late !== undefined && result.kind === 'expired') return problemAnswer(late);
  const answer = sendAnswer(result);
  if (isEnd(result)) recent.record(result, message, answer.body);
  const { id, kind, attempts } = result;
  log.debug({ id, kind, attempts, traceId: headers.traceparent?.slice(3, 35) }, 'message handled');
  if (answer.status !== 503) return answer;
  return { ...answer, by: startedAt + (headers.timeoutMs ?? totalMs()) };
}

/** What a caller asks for by headers and body. */
function optionsOf(
  { idempotencyKey, timeoutMs, traceparent }: SendHeaders,
  { route, deliverBy }: ParsedMessage,
  { signal, onLate }: Required<Pick<SendOptions, 'signal' | 'onLate'>>,
): SendOptions {
  const options: Draft<SendOptions> = { signal, onLate };
  if (idempotencyKey !== undefined) options.idempotencyKey = idempotencyKey;
  if (timeoutMs !== undefined) options.timeoutMs = timeoutMs;
  if (traceparent !== undefined) options.traceparent = traceparent;
  if (route !== undefined) options.route = route;
  if (deliverBy !== undefined) options.deliverBy = deliverBy;
  return options;
}

async function show({ recent, find }: ApiDependencies, id: string): Promise<HttpAnswer> {
  const known = recent.find(id);
  // A search may have ended since that nobody waited for: the journal has what it found.
  const asked = known === undefined || known.kind === 'unknown' ? await find(id) : undefined;
  const result = asked ?? known;
  if (result !== undefined) return messageAnswer(result);
  return problemAnswer({
    code: 'MESSAGE_NOT_FOUND',
    detail: 'No message with this id is among the recent ones of this agent, or in its journal.',
  });
}

function problemOf(problem: Problem | undefined): HttpAnswer | undefined {
  return problem === undefined ? undefined : problemAnswer(problem);
}

function methodProblem(request: IncomingMessage, allowed: string): Problem | undefined {
  if (request.method === allowed) return undefined;
  return {
    code: 'REQUEST_METHOD_NOT_ALLOWED',
    detail: `This path takes ${allowed}, got ${request.method ?? 'none'}.`,
    headers: { allow: allowed },
  };
}

function queryProblem(query: string | undefined): Problem | undefined {
  if (query === undefined || query === '') return undefined;
  return { code: 'REQUEST_INVALID', detail: 'This path takes no query: everything stands in the body.' };
}

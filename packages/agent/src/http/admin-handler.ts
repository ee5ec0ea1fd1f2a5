import type { IncomingMessage } from 'node:http';
import type { AgentStatus } from '../status/agent-status.ts';
import { jsonAnswer } from './http-answer.ts';
import type { HttpAnswer } from './http-answer.ts';
import { problemAnswer } from './problem.ts';

/** Answers one request of the admin port: it only shows, and can never send or change anything. */
export function handleAdmin(status: AgentStatus, request: IncomingMessage): HttpAnswer {
  const [path = ''] = (request.url ?? '').split('?', 1);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return problemAnswer({
      code: 'REQUEST_METHOD_NOT_ALLOWED',
      detail: `This port takes GET and HEAD, got ${request.method ?? 'none'}.`,
      headers: { allow: 'GET, HEAD' },
    });
  }
  switch (path) {
    case '/healthz':
      return jsonAnswer(200, { ok: true });
    case '/readyz': {
      const reasons = status.notReady();
      return jsonAnswer(reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
    }
    case '/status':
      return jsonAnswer(200, status.document());
    default:
      return problemAnswer({
        code: 'REQUEST_NOT_FOUND',
        detail: `There is nothing at ${JSON.stringify(path.slice(0, 100))}; this port has /healthz, /readyz and /status.`,
      });
  }
}

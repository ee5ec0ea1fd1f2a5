import { classifyGateway, outcomeOf } from '@waystation/core';
import type { Endpoint, HttpChannel, Message } from '@waystation/core';
import type { Credential } from '../../credentials/credential.ts';
import type { AttemptRequest } from '../../pool/send-channel.ts';
import type { Dialect, Draft, Reading } from '../dialect.ts';
import { mappedName } from '../mapped-name.ts';
import { readJson } from '../read-json.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { HttpAnswer } from '../transport/http-message.ts';
import { fillRequest } from './gateway-request.ts';
import { textAtPointer } from './json-pointer.ts';
import { nationalNumber } from './national-number.ts';
import { substitute } from './substitute.ts';

/** Whether a channel's request holds its credential's key anywhere. */
export function usesKey({ request }: HttpChannel): boolean {
  const texts = [...Object.values(request.fields), ...Object.values(request.headers)];
  return texts.some((text) => text.includes('${credential.key}'));
}

/** A generic HTTP gateway, spoken as its channel says. */
export class GatewayDialect implements Dialect {
  readonly #channel: HttpChannel;
  readonly #target: { readonly host: string; readonly path: string };

  constructor(channel: HttpChannel, endpoint: Endpoint) {
    this.#channel = channel;
    this.#target = { host: new URL(endpoint.url).host, path: endpoint.path };
  }

  draft(attempt: Pick<AttemptRequest, 'message' | 'outId'>, credential?: Credential): Draft {
    const key = credential?.kind === 'api-key' ? credential.key : undefined;
    if (key === undefined && usesKey(this.#channel)) {
      const reason = `credential ${this.#channel.credential} is no API key`;
      return { ok: false, outcome: outcomeOf('misconfigured', { reason, written: false }) };
    }
    const content = this.#content(attempt.message);
    if (!content.ok) return content;
    const values = this.#values(attempt, content.text, key);
    const filled = fillRequest(this.#channel, this.#target, (name) => values.get(name));
    if (!filled.ok) return refuse(`\${${filled.missing}} has no value in this channel`);
    return { ok: true, make: () => filled.request };
  }

  read(answer: HttpAnswer): Reading {
    const { answer: rules } = this.#channel;
    const document = readJson(answer.body);
    const code = textAtPointer(document, rules.code)?.slice(0, 256);
    const outcome = classifyGateway(rules, {
      httpStatus: answer.status,
      code,
      retryAfterMs: retryAfterMs(answer),
    });
    const bizId = rules.id === undefined ? undefined : textAtPointer(document, rules.id)?.slice(0, 256);
    const taken = { byGateway: true as const, ...(bizId !== undefined && { bizId }) };
    return { kind: 'result', result: { outcome, ...(outcome.class === 'accepted' && taken) } };
  }

  /** The text that the template stands for, with the message's parameters. */
  #content(
    message: Message,
  ): { readonly ok: true; readonly text: string } | (Draft & { readonly ok: false }) {
    const { contents } = this.#channel;
    const { templateCode, templateParam = {} } = message;
    const template = Object.hasOwn(contents, templateCode) ? contents[templateCode] : undefined;
    if (template === undefined) {
      const reason = `template ${templateCode} has no content in this channel`;
      return { ok: false, outcome: outcomeOf('unprovisioned', { reason, written: false }) };
    }
    const filled = substitute(template, (name) =>
      Object.hasOwn(templateParam, name) ? templateParam[name] : undefined,
    );
    if (!filled.ok) return refuse(`template ${templateCode} needs the parameter ${filled.missing}`);
    return filled;
  }

  #values(
    { message, outId }: Pick<AttemptRequest, 'message' | 'outId'>,
    content: string,
    key: string | undefined,
  ): ReadonlyMap<string, string> {
    const { signNames, templateCodes } = this.#channel;
    const { e164, signName, templateCode } = message;
    const values = new Map([
      ['phone.national', e164.map(nationalNumber).join(',')],
      ['phone.e164', e164.join(',')],
      ['phone.digits', e164.map((number) => number.replace(/^\+/, '')).join(',')],
      ['content', content],
      ['signName', mappedName(signNames, signName)],
      ['templateCode', mappedName(templateCodes, templateCode)],
      ['outId', outId],
    ]);
    if (key !== undefined) values.set('credential.key', key);
    return values;
  }
}

function refuse(reason: string): Draft & { readonly ok: false } {
  return { ok: false, outcome: outcomeOf('rejected', { reason, written: false }) };
}

import * as z from 'zod';
import type { HttpRequest } from '../../provider/transport/http-message.ts';

/** A request to send, as a provider reads it. */
export interface SendRequest {
  /** Which message it carries. */
  readonly tag: string;
  readonly numbers: readonly string[];
  /** Whether each number has a text of its own. */
  readonly batch: boolean;
  /** What stands in the text of each number. */
  readonly codes: readonly string[];
  readonly outId: string;
}

const paramShape = z.object({ code: z.string() });
const listShape = z.array(z.string());

/** Reads SendSms and SendBatchSms; undefined: it sends nothing. */
export function readSendRequest({ path, headers }: HttpRequest): SendRequest | undefined {
  const query = new URL(path, 'http://provider').searchParams;
  const valueOf = (name: string): string => query.get(name) ?? '';
  const outId = valueOf('OutId');
  switch (headers['x-acs-action']) {
    case 'SendSms': {
      const { code } = paramShape.parse(JSON.parse(valueOf('TemplateParam')));
      const numbers = valueOf('PhoneNumbers').split(',');
      return { tag: tagOf(code), numbers, batch: false, codes: numbers.map(() => code), outId };
    }
    case 'SendBatchSms': {
      const numbers = listShape.parse(JSON.parse(valueOf('PhoneNumberJson')));
      const signs = listShape.parse(JSON.parse(valueOf('SignNameJson')));
      const params = z.array(paramShape).parse(JSON.parse(valueOf('TemplateParamJson')));
      if (signs.length !== numbers.length || params.length !== numbers.length) {
        throw new Error(`a batch whose lists are not of one length: ${path}`);
      }
      const codes = params.map(({ code }) => code);
      return { tag: tagOf(codes[0] ?? ''), numbers, batch: true, codes, outId };
    }
    default:
      return undefined;
  }
}

/** The code in the text of a message's number: every one has its own in a batch. */
export function codeOf(tag: string, at: number): string {
  return at === 0 ? tag : `${tag}/${String(at)}`;
}

function tagOf(code: string): string {
  return code.split('/')[0] ?? '';
}

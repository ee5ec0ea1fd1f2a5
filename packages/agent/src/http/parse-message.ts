import { parsePhoneNumbers } from '@waystation/core';
import type { Draft, Message } from '@waystation/core';
import type * as z from 'zod';
import { describeIssues } from './describe-issues.ts';
import { messageSchema, templateParamSchema } from './message-schema.ts';
import { isProblem } from './problem.ts';
import type { FieldError, Problem } from './problem.ts';
import { readDeliverBy } from './read-deliver-by.ts';
import { checkerOf, parseJson } from './read-json.ts';

const checkBody = checkerOf(messageSchema);
const checkParams = checkerOf(templateParamSchema);

/** A message as its caller asked for it. */
export interface ParsedMessage {
  readonly message: Message;
  /** The route asked for by name, in place of the first that matches. */
  readonly route?: string;
  /** In wall-clock ms. */
  readonly deliverBy?: number;
  /** Why it is too late for `deliverBy`; absent: it is not. */
  readonly late?: string;
}

/** Reads the body of `POST /v1/messages` that came at `wallTime`, or says all that is wrong with it at once. */
export function parseMessage(body: string, wallTime: number): ParsedMessage | Problem {
  const json = parseJson(body);
  if (isProblem(json)) return json;
  const read = checkBody(json.value);
  if (!read.success) return invalid(describeIssues(read.error.issues));
  const { phoneNumbers, templateParam, route, deliverBy } = read.data;
  const numbers = parsePhoneNumbers(phoneNumbers);
  const params = templateParam === undefined ? undefined : readParams(templateParam);
  const errors: FieldError[] = [];
  if (!numbers.ok) {
    const path = numbers.index === undefined ? 'phoneNumbers' : `phoneNumbers[${String(numbers.index)}]`;
    errors.push({ path, message: numbers.reason });
  }
  if (params?.errors !== undefined) errors.push(...params.errors);
  const time = deliverBy === undefined ? undefined : readDeliverBy(deliverBy, wallTime);
  if (time?.ok === false) errors.push({ path: 'deliverBy', message: time.reason });
  if (!numbers.ok || errors.length > 0) return invalid([...errors, ...lateErrors(time)]);
  const parsed: Draft<ParsedMessage> = { message: messageOf(read.data, numbers, params?.values) };
  if (route !== undefined) parsed.route = route;
  if (time?.ok === true) parsed.deliverBy = time.deliverBy;
  if (time?.ok === true && time.late !== undefined) parsed.late = time.late;
  return parsed;
}

function messageOf(
  { signName, templateCode, outId, smsUpExtendCode }: z.output<typeof messageSchema>,
  { phoneNumbers, e164 }: Pick<Message, 'phoneNumbers' | 'e164'>,
  templateParam: Message['templateParam'],
): Message {
  const message: Draft<Message> = { phoneNumbers, e164, signName, templateCode };
  if (templateParam !== undefined) message.templateParam = templateParam;
  if (outId !== undefined) message.outId = outId;
  if (smsUpExtendCode !== undefined) message.smsUpExtendCode = smsUpExtendCode;
  return message;
}

/** Variables as read, or what is wrong with them. */
interface ReadParams {
  readonly values?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
}

/** Reads the variables without ever repeating a value: a one-time code must not stand in an error. */
export function readParams(
  given: NonNullable<z.output<typeof messageSchema>['templateParam']>,
  at = 'templateParam',
): ReadParams {
  let value: unknown = given;
  if (typeof given === 'string') {
    const json = parseJson(given);
    if (isProblem(json)) {
      return {
        errors: [{ path: at, message: 'must be an object, or a JSON object as a string' }],
      };
    }
    value = json.value;
  }
  const read = checkParams(value);
  if (!read.success) {
    const errors = describeIssues(read.error.issues);
    return {
      errors: errors.map(({ path, message }) => ({ path: joinPath(at, path), message })),
    };
  }
  const values: Record<string, string> = {};
  for (const name in read.data) values[name] = String(read.data[name]);
  return { values };
}

/** What is wrong with a time that has passed. */
export function lateErrors(time: { readonly late?: string } | undefined): readonly FieldError[] {
  return time?.late === undefined ? [] : [{ path: 'deliverBy', message: time.late }];
}

function joinPath(first: string, rest: string): string {
  return rest === '' ? first : `${first}.${rest}`;
}

/** The problem that names every wrong field. */
export function invalid(errors: readonly FieldError[]): Problem {
  const shown = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
  const more = errors.length > shown.length ? ` (and ${String(errors.length - shown.length)} more)` : '';
  return { code: 'REQUEST_INVALID', detail: `${shown.join('; ')}${more}.`, errors: errors.slice(0, 100) };
}

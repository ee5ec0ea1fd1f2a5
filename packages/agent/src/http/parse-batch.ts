import { toE164 } from '@waystation/core';
import type { BatchText } from '@waystation/core';
import type * as z from 'zod';
import { describeIssues } from './describe-issues.ts';
import { batchSchema } from './message-schema.ts';
import { invalid, lateErrors, readParams } from './parse-message.ts';
import type { ParsedMessage } from './parse-message.ts';
import { isProblem } from './problem.ts';
import type { FieldError, Problem } from './problem.ts';
import { readDeliverBy } from './read-deliver-by.ts';
import { checkerOf, parseJson } from './read-json.ts';

const checkBody = checkerOf(batchSchema);

type Body = z.output<typeof batchSchema>;

/** Reads the body of `POST /v1/messages/batch` that came at `wallTime`, or says all that is wrong with it at once. */
export function parseBatch(body: string, wallTime: number): ParsedMessage | Problem {
  const json = parseJson(body);
  if (isProblem(json)) return json;
  const read = checkBody(json.value);
  if (!read.success) return invalid(describeIssues(read.error.issues));
  const { phoneNumbers, templateCode, outId, route, deliverBy } = read.data;
  const texts = textsOf(read.data);
  const numbers = phoneNumbers.map((text) => toE164(text));
  const errors = [...lengthErrors(read.data), ...numberErrors(numbers), ...texts.errors];
  const time = deliverBy === undefined ? undefined : readDeliverBy(deliverBy, wallTime);
  if (time?.ok === false) errors.push({ path: 'deliverBy', message: time.reason });
  const [first] = texts.texts;
  if (errors.length > 0 || first === undefined) return invalid([...errors, ...lateErrors(time)]);
  return {
    message: {
      phoneNumbers,
      e164: numbers.filter((number) => number !== undefined),
      templateCode,
      ...first,
      ...(outId !== undefined && { outId }),
      batch: { texts: texts.texts },
    },
    ...(route !== undefined && { route }),
    ...(time?.ok === true && { deliverBy: time.deliverBy }),
    ...(time?.ok === true && time.late !== undefined && { late: time.late }),
  };
}

function lengthErrors({ phoneNumbers, signNames, templateParams, smsUpExtendCodes }: Body): FieldError[] {
  const lists = Object.entries({ signNames, templateParams, smsUpExtendCodes });
  return lists.flatMap(([path, list]) =>
    list === undefined || list.length === phoneNumbers.length
      ? []
      : [
          {
            path,
            message: `must have as many items as phoneNumbers, ${String(phoneNumbers.length)}, got ${String(list.length)}`,
          },
        ],
  );
}

function numberErrors(numbers: readonly (string | undefined)[]): FieldError[] {
  return numbers.flatMap((number, index) =>
    number === undefined
      ? [
          {
            path: `phoneNumbers[${String(index)}]`,
            message:
              'must be "+" or "00" with country code and number, a mainland mobile number of 11 digits, or country code and number as 7 to 15 digits',
          },
        ]
      : [],
  );
}

function textsOf({ signNames, templateParams, smsUpExtendCodes }: Body): {
  readonly texts: readonly BatchText[];
  readonly errors: readonly FieldError[];
} {
  const errors: FieldError[] = [];
  const texts = signNames.map((signName, index): BatchText => {
    const given = templateParams?.[index];
    const params = given === undefined ? {} : readParams(given, `templateParams[${String(index)}]`);
    errors.push(...(params.errors ?? []));
    const smsUpExtendCode = smsUpExtendCodes?.[index];
    return {
      signName,
      ...(params.values !== undefined && { templateParam: params.values }),
      ...(smsUpExtendCode !== undefined && { smsUpExtendCode }),
    };
  });
  return { texts, errors };
}

import * as z from 'zod';
import { kindOf } from './describe-issues.ts';

/** Half of a surrogate pair, and what no form, header or log line bears. */
const unsendable = /[\p{Surrogate}\u0000]/u;
const control = /[\p{Cc}\p{Surrogate}]/u;

const paramRule = 'must be a string or a whole number below 2^53 (write other numbers as strings)';
const paramValue = z.union([z.string(), z.number().refine(Number.isSafeInteger, paramRule)], {
  error: paramRule,
});

/** A template's variables as an object. */
export const templateParamSchema = z
  .record(z.string(), paramValue, {
    error: 'must be an object of names and values, or that object as a JSON string',
  })
  .refine(
    (params) => Object.entries(params).every(([name, value]) => !unsendable.test(`${name}${String(value)}`)),
    'must be well-formed text without NUL',
  );

const params = z.union([z.string(), z.record(z.string(), z.unknown())], {
  error: 'must be an object of names and values, or that object as a JSON string',
});

const extendCode = z
  .string('must be a string of 1–20 digits')
  .regex(/^\d{1,20}$/, 'must be a string of 1–20 digits');

const text = (max: number) =>
  z
    .string(`must be a string of 1–${String(max)} characters`)
    .min(1, 'must not be empty')
    .max(max, {
      error: `must have at most ${String(max)} characters`,
    })
    .refine((value) => !control.test(value), 'must be well-formed text without control characters');

const body = {
  error: ({ input }: { readonly input?: unknown }) =>
    `the body must be a JSON object, got ${typeof input === 'string' ? 'a string' : kindOf(input)}`,
};

/** The body of `POST /v1/messages`. */
export const messageSchema = z.strictObject(
  {
    phoneNumbers: z.union([z.string(), z.array(z.string('must be a string'))], {
      error: 'must be a string (commas allowed) or an array of strings',
    }),
    signName: text(100),
    templateCode: text(100),
    templateParam: params.optional(),
    outId: text(255).optional(),
    smsUpExtendCode: extendCode.optional(),
    route: text(63).optional(),
    deliverBy: text(40).optional(),
  },
  body,
);

const maxBatch = 100;

const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item, `must be an array of 1–${String(maxBatch)} items`)
    .min(1, 'must not be empty')
    .max(maxBatch, `must have at most ${String(maxBatch)} items`);

/** The body of `POST /v1/messages/batch`: lists of equal lengths, an item for each number. */
export const batchSchema = z.strictObject(
  {
    phoneNumbers: list(z.string('must be a string')),
    signNames: list(text(100)),
    templateCode: text(100),
    templateParams: list(params).optional(),
    smsUpExtendCodes: list(extendCode).optional(),
    outId: text(255).optional(),
    route: text(63).optional(),
    deliverBy: text(40).optional(),
  },
  body,
);

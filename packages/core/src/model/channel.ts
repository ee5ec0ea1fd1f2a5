import { z } from 'zod';
import { namePattern } from './keys.ts';

const name = z
  .string()
  .regex(namePattern, 'must be 1–63 letters, digits, ".", "_" or "-", beginning with a letter or digit');

const sharedShape = {
  credential: name
    .default('default')
    .describe('Name of the credential that the agent holds itself; never a secret.'),
  account: name
    .optional()
    .describe(
      "Which account pays; default: the credential's name. Two credentials of one account say so here.",
    ),
  failureDomain: name.optional().describe('What this channel shares with others that fail together with it.'),
  signNames: z
    .record(z.string().min(1), z.string().min(1))
    .optional()
    .describe("The message's sign → what this account calls it."),
  templateCodes: z
    .record(z.string().min(1), z.string().min(1))
    .optional()
    .describe("The message's template → what this account calls it."),
  covers: z
    .strictObject({
      templateCodes: z.array(z.string().min(1)).min(1).optional(),
      countryCodes: z
        .array(z.string().regex(/^[1-9]\d{0,2}$/, 'must be a country calling code, 1–3 digits'))
        .min(1)
        .optional(),
    })
    .optional()
    .describe('What this channel can send at all; left out: everything.'),
  maxNumbers: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Numbers it takes in one request. Default: aliyun 1000, http 1.'),
};

const aliyunChannel = z.strictObject({
  provider: z.literal('aliyun'),
  regionId: z
    .string()
    .regex(/^[a-z]{2}-[a-z0-9-]{2,40}$/, 'must be a region id such as cn-hangzhou')
    .describe("Region id; the endpoint comes from the SDK's own region map unless given."),
  endpoint: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Host with optional port, or http(s) URL, in place of the region map’s.'),
  recordsShared: z
    .boolean()
    .default(false)
    .describe('Sending records of its account are seen at once at every host.'),
  ...sharedShape,
});

const gatewayClass = z.enum([
  'accepted',
  'rejected',
  'unprovisioned',
  'account',
  'throttled',
  'misconfigured',
  'limited',
  'unavailable',
  'unknown',
]);
const jsonPointer = z.string().regex(/^(\/([^~/]|~0|~1)*)*$/, 'must be a JSON pointer such as /code');

const httpChannel = z.strictObject({
  provider: z.literal('http'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .describe('URL of the gateway.'),
  contents: z
    .record(z.string().min(1), z.string().min(1))
    .describe('Text per template, with ${…} for its parameters; also says which templates it covers.'),
  request: z.strictObject({
    method: z.enum(['GET', 'POST']).default('POST'),
    body: z.enum(['form', 'json', 'query']).default('form').describe('Where the fields go.'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).default({}),
    fields: z.record(z.string().min(1), z.string()).describe('Field → value with ${…}.'),
  }),
  answer: z.strictObject({
    code: jsonPointer.describe('Where the answer’s code stands.'),
    accepted: z.array(z.string()).min(1).describe('Codes that mean: taken.'),
    id: jsonPointer.optional().describe('Where the gateway’s own id stands.'),
    message: jsonPointer.optional().describe('Where its words stand.'),
    classes: z.record(z.string(), gatewayClass).default({}).describe('Code → outcome class.'),
    otherwise: gatewayClass.default('unknown').describe('The class of every other code.'),
  }),
  ...sharedShape,
});

/** One way to send: provider × region × account. */
export const channelSchema = z.discriminatedUnion('provider', [aliyunChannel, httpChannel]);

export type Channel = z.output<typeof channelSchema>;
export type AliyunChannel = z.output<typeof aliyunChannel>;
export type HttpChannel = z.output<typeof httpChannel>;

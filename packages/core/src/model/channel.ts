import * as z from 'zod';
import { outcomeClasses } from '../sending/outcome.ts';
import { parseEndpoint } from '../strategy/endpoint.ts';
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
    .refine(
      (text) => parseEndpoint(text)?.path === '/',
      'must be a host with an optional port, or an http(s) URL without a path',
    )
    .optional()
    .describe('Host with optional port (https), or http(s) URL, in place of the region map’s.'),
  recordsShared: z
    .boolean()
    .default(false)
    .describe('Sending records of its account are seen at once at every host.'),
  ...sharedShape,
});

const gatewayClass = z.enum(outcomeClasses);
const headerName = z
  .string()
  .regex(
    /^(?!(?:host|connection|content-length|transfer-encoding|expect|upgrade|keep-alive|te|trailer)$)[A-Za-z0-9-]+$/i,
    'must be a header that an endpoint may be sent: letters, digits and "-", none of those that frame a request',
  );
const jsonPointer = z.string().regex(/^(\/([^~/]|~0|~1)*)*$/, 'must be a JSON pointer such as /code');

const httpChannel = z.strictObject({
  provider: z.literal('http'),
  endpoint: z
    .string()
    .min(1)
    .max(2000)
    .refine(
      (text) => /^https?:/i.test(text) && parseEndpoint(text) !== undefined,
      'must be an http(s) URL without user, password or fragment, its host in ASCII',
    )
    .describe('URL of the gateway; may have a query, never a user or password.'),
  contents: z
    .record(z.string().min(1), z.string().min(1))
    .describe('Template → text with ${name} for its parameters; also says which templates it covers.'),
  request: z.strictObject({
    method: z.enum(['GET', 'POST']).default('POST'),
    body: z.enum(['form', 'json', 'query']).default('form').describe('Where the fields go.'),
    headers: z
      .record(headerName, z.string().regex(/^[^\p{Cc}]*$/u, 'must not hold control characters'))
      .default({})
      .describe('Header → value with ${…}.'),
    fields: z
      .record(z.string().min(1), z.string())
      .describe(
        'Field → value with ${…}: credential.key, phone.national, phone.e164, phone.digits, content, signName, templateCode, outId.',
      ),
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

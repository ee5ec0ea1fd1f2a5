import * as z from 'zod';
import { DEFAULT_ACCOUNTS, DEFAULT_GATEWAYS, DEFAULT_REGIONS } from './defaults.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of a–z, 0–9 and -, at most 63 characters');
const port = z.int().min(0).max(65_535);
const milliseconds = z.int().min(0).max(86_400_000);

const Endpoint = {
  port: port.optional().describe('Port; 0 takes a free one; left out, the next after --port.'),
  latencyMs: milliseconds.default(0).describe('Every answer waits this long.'),
  keepAliveMs: milliseconds.default(60_000).describe('An idle connection is closed after this long.'),
};

const Region = z.strictObject({
  ...Endpoint,
  tls: z.boolean().default(false).describe('Serve HTTPS with a self-signed certificate made at start.'),
  clockSkewMs: z
    .int()
    .min(-86_400_000)
    .max(86_400_000)
    .default(0)
    .describe('How far the region’s clock is ahead.'),
});

const Gateway = z.strictObject({
  ...Endpoint,
  path: z
    .string()
    .startsWith('/', 'a path that starts with /')
    .default('/send')
    .describe('The path that takes sends.'),
});

/** An access key of an account; with a security token it is an STS key. */
export const AccountKey = z.strictObject({
  accessKeyId: z.string().min(1).max(128),
  accessKeySecret: z.string().min(1).max(256),
  securityToken: z.string().min(1).max(4096).optional(),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'a time such as 2026-01-31T12:00:00Z' })
    .optional()
    .describe('When the security token ends.'),
  active: z.boolean().default(true),
});
export type AccountKey = z.output<typeof AccountKey>;

const Template = z.strictObject({
  content: z.string().min(1).max(1000).describe('Text with ${variables}.'),
  approved: z.boolean().default(true),
  kind: z
    .enum(['code', 'notice'])
    .default('code')
    .describe('code: variables of 4–6 characters; notice: 1–35.'),
  scope: z.enum(['domestic', 'international']).default('domestic'),
});

const Sign = z.strictObject({ name: z.string().min(1).max(64), approved: z.boolean().default(true) });
const limit = z.int().min(0).max(1_000_000_000);

/** What an account owns and how much it may send; limits that are left out do not exist. */
export const Account = z.strictObject({
  keys: z.array(AccountKey).max(100).default([]),
  apiKeys: z.array(z.string().min(1).max(256)).max(100).default([]).describe('Keys for generic gateways.'),
  signs: z.array(Sign).max(1000).default([]),
  templates: z.record(z.string().min(1).max(64), Template).default({}),
  balanceTexts: limit.optional().describe('Texts left to send.'),
  suspended: z.boolean().default(false),
  dailyCap: limit.optional().describe('Texts a day, Asia/Shanghai.'),
  monthlyCap: limit.optional().describe('Texts a month, Asia/Shanghai.'),
  numberLimits: z
    .strictObject({ perMinute: limit.optional(), perHour: limit.optional(), perDay: limit.optional() })
    .default({})
    .describe('Texts to one number; the real service has 1, 5 and 10 for codes.'),
  perSecond: limit.optional().describe('Requests a second; beyond it Throttling.User.'),
  blockedNumbers: z.array(z.string()).max(10_000).default([]).describe('Recipients that refuse, as +86….'),
});
export type Account = z.output<typeof Account>;

/** How and when the records behind QuerySendDetails show what was sent. */
export const Records = z.strictObject({
  appearAfterMs: milliseconds.default(1000).describe('A row appears this long after its send.'),
  deliverAfterMs: milliseconds.default(3000).describe('Status 1 turns to 3 this long after the send.'),
  mask: z.enum(['none', 'numbers', 'numbers-and-content']).default('none'),
  shared: z.boolean().default(true).describe('Whether every region shows the sends of all regions.'),
});
export type Records = z.output<typeof Records>;

/** The whole file given by --config; every part has a default, so that `{}` is a working simulator. */
export const SimulatorConfig = z
  .strictObject({
    regions: z.record(name, Region).prefault(DEFAULT_REGIONS),
    gateways: z.record(name, Gateway).prefault(DEFAULT_GATEWAYS),
    accounts: z.record(name, Account).prefault(DEFAULT_ACCOUNTS),
    records: Records.prefault({}),
    ledger: z
      .strictObject({ maxTexts: z.int().min(1).max(5_000_000).default(200_000) })
      .prefault({})
      .describe('Beyond maxTexts the oldest are dropped and checks say so.'),
    seed: z.int().min(0).max(4_294_967_295).default(1).describe('Seed of the dice behind shares.'),
  })
  .superRefine((config, context) => {
    for (const [path, owner, value] of duplicates(config)) {
      context.addIssue({
        code: 'custom',
        path,
        message: `one that ${owner} does not have already`,
        input: value,
      });
    }
  });
export type SimulatorConfig = z.output<typeof SimulatorConfig>;
/** The configuration as written: everything may be left out. */
export type SimulatorConfigInput = z.input<typeof SimulatorConfig>;

type Duplicate = [path: (string | number)[], owner: string, value: string | number];

interface Owned {
  readonly regions: Record<string, { readonly port?: number | undefined }>;
  readonly gateways: Record<string, { readonly port?: number | undefined }>;
  readonly accounts: Record<string, Account>;
}

function duplicates(config: Owned): Duplicate[] {
  const found: Duplicate[] = [];
  const owners = new Map<string, string>();
  const claim = (path: (string | number)[], kind: string, value: string | number): void => {
    const key = `${kind} ${value}`;
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, path.join('.'));
    else found.push([path, owner, value]);
  };
  for (const part of ['regions', 'gateways'] as const) {
    for (const [endpoint, { port: given }] of Object.entries(config[part])) {
      claim([part, endpoint], 'name', endpoint);
      if (given !== undefined && given !== 0) claim([part, endpoint, 'port'], 'port', given);
    }
  }
  for (const [account, { keys, apiKeys }] of Object.entries(config.accounts)) {
    keys.forEach((key, at) => {
      claim(['accounts', account, 'keys', at, 'accessKeyId'], 'key', key.accessKeyId);
    });
    apiKeys.forEach((key, at) => {
      claim(['accounts', account, 'apiKeys', at], 'apiKey', key);
    });
  }
  return found;
}

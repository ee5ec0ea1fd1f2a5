import * as z from 'zod';
import type { ExpectedKeys } from '../ledger/expected-keys.ts';
import { checkLedger } from '../ledger/ledger-check.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ControlRequest, ControlRoute } from './control-route.ts';
import { json } from './control-route.ts';
import { numberField } from './number-field.ts';
import { parseOrRefuse } from './problem.ts';

const text = z.string().min(1).max(256).optional();

const Listing = z.strictObject({
  region: text,
  account: text,
  // A plus that was not encoded has become a blank.
  phoneNumber: z
    .string()
    .transform((given) => given.replace(/^ /, '+'))
    .pipe(numberField)
    .optional(),
  templateCode: text,
  outId: text,
  bizId: text,
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000_000).default(100),
  format: z.enum(['json', 'ndjson']).optional(),
});

const by = z.enum(['outId', 'content']).default('outId');
const keys = z.array(z.string().min(1).max(1024)).max(2_000_000);

/** `/ledger`: what reached phones, and whether something was lost or doubled. */
export function ledgerRoutes(
  ledger: Ledger,
  expected: ExpectedKeys,
  clear: () => void,
): readonly ControlRoute[] {
  return [
    { method: 'GET', path: '/ledger', handle: (request) => list(ledger, request) },
    {
      method: 'DELETE',
      path: '/ledger',
      handle: () => {
        clear();
        return json({ texts: 0 });
      },
    },
    {
      method: 'POST',
      path: '/ledger/expect',
      handle: (request) => {
        const { outIds } = parseOrRefuse(z.strictObject({ outIds: keys }), request.body());
        return json({ expected: expected.add(outIds) });
      },
    },
    {
      method: 'GET',
      path: '/ledger/check',
      handle: (request) => {
        const query = parseOrRefuse(z.strictObject({ by }), Object.fromEntries(request.query));
        return json(checkLedger(ledger, query.by === 'outId' ? expected.all() : new Set(), query.by));
      },
    },
    {
      method: 'POST',
      path: '/ledger/check',
      handle: (request) => {
        const body = parseOrRefuse(z.strictObject({ by, expected: keys }), request.body());
        return json(checkLedger(ledger, new Set(body.expected), body.by));
      },
    },
  ];
}

function list(ledger: Ledger, request: ControlRequest): ReturnType<ControlRoute['handle']> {
  const query = parseOrRefuse(Listing, Object.fromEntries(request.query));
  const { after, limit, format, ...fields } = query;
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const page = ledger.page(Object.fromEntries(given), after, limit);
  if (format !== 'ndjson' && (format === 'json' || !request.accept.includes('ndjson'))) return json(page);
  const lines = page.texts.map((entry) => `${JSON.stringify(entry)}\n`);
  return {
    status: 200,
    contentType: 'application/x-ndjson;charset=utf-8',
    body: lines.join(''),
    headers: { 'x-total': String(page.total) },
  };
}

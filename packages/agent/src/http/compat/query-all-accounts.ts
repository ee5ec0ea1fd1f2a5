import * as z from 'zod';
import { newRequestId } from './compat-answer.ts';
import { refuse } from './compat-refusal.ts';
import type { CallResult, ProviderCall, ProviderCaller } from './provider-caller.ts';

const rowShape = z.looseObject({ SendDate: z.string().catch('') });
const pageShape = z.object({
  Code: z.literal('OK'),
  TotalCount: z.union([z.string(), z.number()]).transform(Number).pipe(z.int().min(0)),
  SmsSendDetailDTOs: z
    .object({ SmsSendDetailDTO: z.array(rowShape).catch([]) })
    .catch({ SmsSendDetailDTO: [] }),
});

type Row = z.output<typeof rowShape>;
type Rows = { readonly total: number; readonly rows: readonly Row[] };

const maxPageSize = 50;
/** Rows read of one account for one page of the answer: 20 questions. */
const maxRows = 1000;

/**
 * QuerySendDetails of several accounts as if they were one: rows merged by date, newest first, totals added. An
 * account that does not answer makes the whole fail with what it said: an absence that was not seen is no evidence.
 */
export async function queryAllAccounts(
  caller: ProviderCaller,
  accounts: readonly string[],
  call: ProviderCall,
): Promise<CallResult> {
  const size = wholeNumber(call.parameters['PageSize'], maxPageSize);
  const page = wholeNumber(call.parameters['CurrentPage'], 999_999);
  // What is wrong with the question is better told by the provider.
  if (size === undefined || page === undefined) return caller.call(accounts[0] ?? '', call);
  const end = size * page;
  if (end > maxRows) return { kind: 'answered', status: 400, body: JSON.stringify(tooFar()) };
  const results = await Promise.all(accounts.map((account) => firstRows(caller, account, call, end)));
  const failed = results.find((result): result is CallResult => 'kind' in result);
  if (failed !== undefined) return failed;
  const found = results.filter((result): result is Rows => 'rows' in result);
  const rows = found
    .flatMap((result) => result.rows)
    .sort((a, b) => (a.SendDate < b.SendDate ? 1 : a.SendDate > b.SendDate ? -1 : 0))
    .slice(end - size, end);
  return details(
    found.reduce((sum, { total }) => sum + total, 0),
    rows,
  );
}

/** The rows of an account under one of these OutIds, as an answer of their own; undefined: it has none. */
export async function queryByOutId(
  caller: ProviderCaller,
  account: string,
  call: ProviderCall,
  isAsked: (outId: string) => boolean,
): Promise<CallResult | undefined> {
  const size = wholeNumber(call.parameters['PageSize'], maxPageSize);
  const page = wholeNumber(call.parameters['CurrentPage'], 999_999);
  if (size === undefined || page === undefined) return caller.call(account, call);
  const result = await firstRows(caller, account, call, maxRows);
  if ('kind' in result) return result;
  const rows = result.rows.filter(({ OutId: outId }) => typeof outId === 'string' && isAsked(outId));
  return rows.length === 0 ? undefined : details(rows.length, rows.slice(size * (page - 1), size * page));
}

function details(total: number, rows: readonly Row[]): CallResult {
  const answer = {
    TotalCount: String(total),
    Message: 'OK',
    RequestId: newRequestId(),
    SmsSendDetailDTOs: { SmsSendDetailDTO: rows },
    Code: 'OK',
  };
  return { kind: 'answered', status: 200, body: JSON.stringify(answer) };
}

/** Rows that nobody merged are not passed off as none. */
function tooFar(): object {
  const { code, message } = refuse(
    'InvalidParameter',
    `Rows of several accounts are merged up to the ${String(maxRows)}th: CurrentPage is too large.`,
  );
  return { RequestId: newRequestId(), Message: message, Code: code };
}

/** The newest rows of one account, as many as `end` or all there are. */
async function firstRows(
  caller: ProviderCaller,
  account: string,
  call: ProviderCall,
  end: number,
): Promise<Rows | CallResult> {
  const rows: Row[] = [];
  for (let page = 1; ; page += 1) {
    const parameters = { ...call.parameters, PageSize: String(maxPageSize), CurrentPage: String(page) };
    const result = await caller.call(account, { ...call, parameters });
    if (result.kind !== 'answered') return result;
    const read = pageShape.safeParse(jsonOf(result.body));
    if (!read.success) return result;
    const { TotalCount: total, SmsSendDetailDTOs: details } = read.data;
    rows.push(...details.SmsSendDetailDTO);
    if (rows.length >= Math.min(end, total) || details.SmsSendDetailDTO.length === 0) return { total, rows };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wholeNumber(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}

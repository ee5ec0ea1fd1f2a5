import type { HttpAnswer } from '../http-answer.ts';
import { providerAnswer, refusalAnswer } from './compat-answer.ts';
import type { AnswerTree } from './compat-answer.ts';
import { refuse, unavailable } from './compat-refusal.ts';
import type { AnswerStyle, CompatRequest } from './compat-request.ts';
import type { CallResult, ProviderCall, ProviderCaller } from './provider-caller.ts';
import { querySendDetails } from './query-send-details.ts';
import type { DetailsSources } from './query-send-details.ts';

/** What belongs to a caller's own signature and not to what it asks for. */
const ofTheSignature: ReadonlySet<string> = new Set([
  'Action',
  'Version',
  'Format',
  'AccessKeyId',
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'SignatureType',
  'Timestamp',
  'SecurityToken',
]);

/** Passes an action on, signed by the agent's own key: QuerySendDetails to who may know, others to the first account. */
export async function passOn(
  sources: DetailsSources,
  { action, parameters }: CompatRequest,
  style: AnswerStyle,
  limits: Pick<ProviderCall, 'deadline' | 'signal'>,
): Promise<HttpAnswer> {
  const asked = [...parameters].filter(([name]) => !ofTheSignature.has(name));
  const call: ProviderCall = { action, parameters: Object.fromEntries(asked), ...limits };
  const result =
    action === 'QuerySendDetails'
      ? await querySendDetails(sources, call)
      : await callFirst(sources.caller, call);
  return answerOf(style, result, /^(?:Query|Get|List)/.test(action));
}

async function callFirst(caller: ProviderCaller, call: ProviderCall): Promise<CallResult> {
  const [first] = caller.accounts();
  if (first === undefined) return { kind: 'not-called', reason: 'no account of Aliyun can be asked' };
  return caller.call(first, call);
}

function answerOf(style: AnswerStyle, result: CallResult, reads: boolean): HttpAnswer {
  if (result.kind === 'not-called') return refusalAnswer(style, unavailable(`${capital(result.reason)}.`));
  if (result.kind === 'unknown') {
    return refusalAnswer(style, refuse('waystation.CallOutcomeUnknown', `No answer came: ${result.reason}.`));
  }
  const tree = treeOf(result.body);
  // A client that sends again after a 5xx does no harm where nothing is changed.
  if (tree === undefined || (result.status >= 500 && !reads)) {
    const said = `The provider's answer, HTTP ${String(result.status)}, does not say what was done.`;
    return refusalAnswer(style, refuse('waystation.CallOutcomeUnknown', said));
  }
  return providerAnswer(style, result.status, tree);
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The answer's members; nothing where it is no JSON object with a code. */
function treeOf(body: string): AnswerTree | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'Code' in value ? (value as AnswerTree) : undefined;
  } catch {
    return undefined;
  }
}

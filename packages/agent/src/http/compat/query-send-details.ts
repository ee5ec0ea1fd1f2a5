import { toE164 } from '@waystation/core';
import type { FindSent, SentMessage } from '../sent-message.ts';
import { idOfGatewayBizId } from '../sent-message.ts';
import { newRequestId } from './compat-answer.ts';
import { isRefusal, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import { gatewayDetails } from './gateway-details.ts';
import type { CallResult, ProviderCall, ProviderCaller } from './provider-caller.ts';
import { queryAllAccounts, queryByOutId } from './query-all-accounts.ts';

/** What the question needs to be answered. */
export interface DetailsSources {
  readonly caller: ProviderCaller;
  readonly findSent: FindSent;
}

/**
 * QuerySendDetails: of a BizId that this agent gave out, the account that took the message is asked, or the agent's
 * own memory where no account can tell; else every account whose channels cover the number.
 */
export async function querySendDetails(
  { caller, findSent }: DetailsSources,
  call: ProviderCall,
): Promise<CallResult> {
  const bizId = call.parameters['BizId'] ?? '';
  const sent = bizId === '' ? undefined : await findSent(bizId);
  const account = sent && caller.accountOf(sent.channel);
  if (idOfGatewayBizId(bizId) !== undefined) {
    const found = sent && account !== undefined ? await ofFound(caller, account, sent.id, call) : undefined;
    return found ?? answered(ofGateway(sent, call));
  }
  if (account !== undefined) return caller.call(account, call);
  const accounts = caller.accounts(toE164(call.parameters['PhoneNumber'] ?? ''));
  const [first] = accounts;
  if (first === undefined) return { kind: 'not-called', reason: 'no account of Aliyun can be asked' };
  return accounts.length === 1 ? caller.call(first, call) : queryAllAccounts(caller, accounts, call);
}

/**
 * A message that was found in its provider's records has no BizId there, and is found again by an OutId of its own;
 * undefined: it went by its caller's, which may be others' as well.
 */
function ofFound(
  caller: ProviderCaller,
  account: string,
  id: string,
  call: ProviderCall,
): Promise<CallResult | undefined> {
  const asked = Object.entries(call.parameters).filter(([name]) => name !== 'BizId');
  const parameters = Object.fromEntries(asked);
  const isOwn = (outId: string): boolean => outId === id || outId.endsWith(`~${id}`);
  return queryByOutId(caller, account, { ...call, parameters }, isOwn);
}

function ofGateway(sent: SentMessage | undefined, { parameters }: ProviderCall): object | CompatRefusal {
  return sent === undefined ? refuse('waystation.MessageNotFound') : gatewayDetails(sent, parameters);
}

function answered(told: object | CompatRefusal): CallResult {
  const body = isRefusal(told)
    ? { Message: told.message, RequestId: newRequestId(), Code: told.code }
    : { RequestId: newRequestId(), ...told };
  return { kind: 'answered', status: isRefusal(told) ? told.status : 200, body: JSON.stringify(body) };
}

import { missing, refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';
import type { CompatRequest } from './compat-request.ts';

/** Who a request says it comes from; nothing of it is verified. */
export interface Claim {
  readonly accessKeyId: string;
  /** Absent where the request names none. */
  readonly nonce?: string;
}

/** Whatever is longer is neither key id nor nonce. */
const maxLength = 1024;

/** Reads who a request says it comes from. */
export function readClaim({ dialect, headers, parameters }: CompatRequest): Claim | CompatRefusal {
  const accessKeyId =
    dialect === 'acs3'
      ? /[\s,]Credential=([^,\s]+)/.exec(headers['authorization'] ?? '')?.[1]
      : (parameters.get('AccessKeyId') ?? '');
  if (accessKeyId === undefined) return refuse('IncompleteSignature');
  if (accessKeyId === '') return missing('AccessKeyId');
  const nonce = dialect === 'acs3' ? headers['x-acs-signature-nonce'] : parameters.get('SignatureNonce');
  if (accessKeyId.length > maxLength || (nonce ?? '').length > maxLength) {
    return refuse('InvalidParameter', 'The access key id or the nonce is too long.');
  }
  return nonce === undefined || nonce === '' ? { accessKeyId } : { accessKeyId, nonce };
}

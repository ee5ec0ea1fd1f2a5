import type { StoreCompare, StoreEntry, StoreWrite, TransactionResult } from '@waystation/core';
import type { IRequestOp, ITxnRequest, ITxnResponse } from 'etcd3';
import { toEntry } from './stored-rows.ts';

/** A transaction of ours in etcd's words; where it fails it reads the compared keys instead. */
export function toTransaction(compares: readonly StoreCompare[], writes: readonly StoreWrite[]): ITxnRequest {
  return {
    compare: compares.map(({ key, modRevision }) => ({
      key: Buffer.from(key),
      target: 'Mod',
      result: 'Equal',
      mod_revision: String(modRevision),
    })),
    success: writes.map(toOperation),
    failure: compares.map(({ key }) => ({ request_range: { key: Buffer.from(key) } })),
  };
}

/** How etcd says a transaction ended, in ours. */
export function toTransactionResult({ header, succeeded, responses }: ITxnResponse): TransactionResult {
  const revision = Number(header.revision);
  if (succeeded) return { committed: true, revision };
  const current: StoreEntry[] = responses.flatMap(({ response_range: range }) => range.kvs.map(toEntry));
  return { committed: false, revision, current };
}

function toOperation(write: StoreWrite): IRequestOp {
  const key = Buffer.from(write.key);
  if (write.type === 'delete') return { request_delete_range: { key } };
  const { value, lease } = write;
  return { request_put: { key, value: Buffer.from(value), ...(lease !== undefined && { lease }) } };
}

import type { StoreEntry, StoreEvent } from '@waystation/core';
import type { IEvent, IKeyValue } from 'etcd3';

/** A row of etcd as an entry of ours. */
export function toEntry(row: IKeyValue): StoreEntry {
  return {
    key: row.key.toString('utf8'),
    value: row.value.toString('utf8'),
    modRevision: Number(row.mod_revision),
    createRevision: Number(row.create_revision),
  };
}

/** A change told by etcd as an event of ours. */
export function toEvent({ type, kv }: IEvent): StoreEvent {
  // Names come as the proto file writes them, in capitals, whatever etcd3's types say.
  return type.toLowerCase() === 'delete'
    ? { type: 'delete', key: kv.key.toString('utf8'), revision: Number(kv.mod_revision) }
    : { type: 'put', entry: toEntry(kv) };
}

/** The end of the range of all keys that begin with `prefix`; a zero byte means no end. */
export function endOfPrefix(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  for (let index = end.length - 1; index >= 0; index -= 1) {
    const byte = end[index] ?? 0xff;
    if (byte < 0xff) {
      end[index] = byte + 1;
      return end.subarray(0, index + 1);
    }
  }
  return Buffer.from([0]);
}

/** The start of the range of all keys that begin with `prefix`; etcd takes no empty key. */
export function startOfPrefix(prefix: string): Buffer {
  return prefix === '' ? Buffer.from([0]) : Buffer.from(prefix);
}

import { describe, expect, it } from 'vitest';
import { toStoreError } from './failure.ts';

describe('what etcd, gRPC and TLS say', () => {
  it.each([
    ['11 OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted', 'STORE_COMPACTED'],
    ['3 INVALID_ARGUMENT: etcdserver: key is not provided', 'STORE_FAILED'],
    ['14 UNAVAILABLE: Name resolution failed for target dns:etcd-tls.prod.example:2379', 'STORE_UNAVAILABLE'],
    ['14 UNAVAILABLE: Name resolution failed for target dns:ssl.example:2379', 'STORE_UNAVAILABLE'],
    [
      '14 UNAVAILABLE: No connection established. Last error: Error: getaddrinfo ENOTFOUND ssl-1.example',
      'STORE_UNAVAILABLE',
    ],
    [
      '14 UNAVAILABLE: No connection established. Last error: Client network socket disconnected before secure TLS connection was established',
      'STORE_TLS_FAILED',
    ],
    ['14 UNAVAILABLE: error:0A00010B:SSL routines:ssl3_get_record:wrong version number', 'STORE_TLS_FAILED'],
    ['14 UNAVAILABLE: unable to verify the first certificate', 'STORE_TLS_FAILED'],
  ])('%s: %s', (said, code) => {
    expect(toStoreError(new Error(said), 'http://etcd-tls.prod.example:2379', 'reading')).toMatchObject({
      code,
    });
  });
});

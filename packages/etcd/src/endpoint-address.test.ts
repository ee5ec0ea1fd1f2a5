import { describe, expect, it } from 'vitest';
import { endpointAddress } from './endpoint-address.ts';

describe('the address of an endpoint', () => {
  it.each([
    ['http://127.0.0.1:2379', 'http://127.0.0.1:2379'],
    ['http://127.0.0.1:2379/', 'http://127.0.0.1:2379'],
    ['HTTPS://Etcd-1:2379', 'https://etcd-1:2379'],
    ['etcd-1:2379', 'http://etcd-1:2379'],
    ['https://etcd.example.com', 'https://etcd.example.com:443'],
    ['https://etcd.example.com:443/', 'https://etcd.example.com:443'],
    ['http://etcd.example.com', 'http://etcd.example.com:80'],
    ['http://[::1]:2379/', 'http://[::1]:2379'],
  ])('of %s is %s', (endpoint, address) => {
    expect(endpointAddress(endpoint)).toBe(address);
  });

  it.each(['', 'ftp://etcd-1:2379', 'http://etcd-1:2379/v3', 'http://etcd-1:port'])(
    '"%s" has none',
    (text) => {
      expect(() => endpointAddress(text)).toThrow(`got "${text}"`);
    },
  );
});

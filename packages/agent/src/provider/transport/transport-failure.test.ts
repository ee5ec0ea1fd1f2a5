import { describe, expect, it } from 'vitest';
import { connectFailure, exchangeFailure } from './transport-failure.ts';

function failed(code: string | undefined, message = 'POST http://h/?PhoneNumbers=13800138000 failed'): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe('connectFailure', () => {
  it.each([
    ['ECONNREFUSED', false, 'refused'],
    ['ENOTFOUND', false, 'dns'],
    ['EAI_AGAIN', false, 'dns'],
    ['ETIMEDOUT', false, 'connect-timeout'],
    ['ECONNRESET', false, 'reset'],
    ['EHOSTUNREACH', false, 'other'],
    ['ECONNRESET', true, 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true, 'tls'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', true, 'tls'],
  ])('reads %s (TCP stands: %s) as %s', (code, tlsBegun, kind) => {
    expect(connectFailure(failed(code), tlsBegun).kind).toBe(kind);
  });
});

describe('exchangeFailure', () => {
  it.each([
    ['ECONNRESET', false, 'reset'],
    ['EPIPE', false, 'reset'],
    ['UND_ERR_SOCKET', false, 'closed'],
    ['UND_ERR_SOCKET', true, 'truncated'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', true, 'truncated'],
    ['ETIMEDOUT', false, 'timeout'],
    ['HPE_INVALID_CONSTANT', false, 'other'],
    [undefined, false, 'other'],
  ])('reads %s (answer begun: %s) as %s', (code, answerBegun, kind) => {
    expect(exchangeFailure(failed(code), answerBegun).kind).toBe(kind);
  });

  it('passes on a code only where it is one', () => {
    expect(exchangeFailure(failed('13800138000'), false)).toEqual({ kind: 'other' });
    expect(exchangeFailure('ECONNRESET', false)).toEqual({ kind: 'other' });
  });
});

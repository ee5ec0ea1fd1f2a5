import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint, TransportFailure } from '@waystation/core';
import { connectFailure } from './transport-failure.ts';
import type { FailureFacts } from './transport-failure.ts';

/** How a connection is opened. */
export interface OpenSocketOptions {
  /** Ceiling in ms for name, TCP and TLS together. */
  readonly connectMs: number;
  /** Certificate authorities (PEM) in place of the platform's. */
  readonly ca?: string | undefined;
  /** A TLS session to take up again. */
  readonly session?: Buffer | undefined;
  /** Told of each session that may be taken up later. */
  readonly onSession?: (session: Buffer) => void;
  /** Given a function that gives the opening up. */
  readonly onGiveUp?: (giveUp: () => void) => void;
}

/** A socket that is ready to be written to, or why there is none; nothing was written either way. */
export type OpenedSocket =
  { readonly ok: true; readonly socket: Socket } | { readonly ok: false; readonly failure: TransportFailure };

/**
 * Opens a connection on a timer of its own: undici's is a second coarse, and hears no abort while it connects.
 * Never rejects.
 */
export function openSocket(endpoint: Endpoint, options: OpenSocketOptions): Promise<OpenedSocket> {
  return new Promise((resolve) => {
    const secure = endpoint.protocol === 'https';
    const socket = secure ? startTls(endpoint, options) : connectTcp(addressOf(endpoint));
    let tcpStands = false;
    const settle = (opened: OpenedSocket): void => {
      clearTimeout(timer);
      if (!opened.ok) socket.destroy();
      resolve(opened);
    };
    const fail = (facts: FailureFacts): void => {
      settle({ ok: false, failure: { ...facts, written: false } });
    };
    const timer = setTimeout(() => {
      fail({ kind: 'connect-timeout' });
    }, options.connectMs);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.once('connect', () => (tcpStands = true));
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      settle({ ok: true, socket });
    });
    // Stays for the socket's whole life: an idle socket may fail at any time, and nobody else may be listening.
    socket.on('error', (error) => {
      fail(connectFailure(error, secure && tcpStands));
    });
    options.onGiveUp?.(() => {
      fail({ kind: 'cancelled' });
    });
  });
}

function startTls(endpoint: Endpoint, { ca, session, onSession }: OpenSocketOptions): Socket {
  const { host, port } = addressOf(endpoint);
  const socket = connectTls({
    host,
    port,
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    ...(ca !== undefined && { ca }),
    ...(session !== undefined && { session }),
  });
  if (onSession !== undefined) socket.on('session', onSession);
  return socket;
}

function addressOf({ hostname, port }: Endpoint): { readonly host: string; readonly port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port };
}

import type { CallOptions } from '@waystation/core';
import type { Etcd3, IDuplexStream } from 'etcd3';
import type { EtcdConnection } from './connection.ts';

/** A stream of gRPC as it really is: etcd3's type leaves out how it ends. */
export type CallStream<Request, Response> = IDuplexStream<Request, Response> & {
  on(event: 'end', listener: () => void): unknown;
};

/** What is told of a stream. After `onEnd` nothing follows. */
export interface StreamListener<Response> {
  readonly onData: (response: Response) => void;
  /** Without an error when the server closed it in peace. */
  readonly onEnd: (error?: Error) => void;
}

/**
 * Opens a stream at a member. The listeners are there before anything can arrive and stay for good: an `error`
 * nobody listens to would end the process, and cancelling gives one too.
 */
export async function openStream<Request, Response>(
  connection: EtcdConnection,
  doing: string,
  open: (client: Etcd3) => Promise<IDuplexStream<Request, Response>>,
  { onData, onEnd }: StreamListener<Response>,
  options?: CallOptions,
): Promise<CallStream<Request, Response>> {
  let wanted = true;
  let ended = false;
  const end = (error?: Error): void => {
    if (!ended) onEnd(error);
    ended = true;
  };
  const opening = open(connection.client).then((opened) => {
    const stream = opened as CallStream<Request, Response>;
    stream.on('error', end);
    stream.on('end', () => {
      end();
    });
    stream.on('data', (response) => {
      if (!ended) onData(response);
    });
    if (!wanted) stream.cancel();
    return stream;
  });
  try {
    return await connection.call(doing, () => opening, options);
  } catch (error) {
    wanted = false;
    throw error;
  }
}

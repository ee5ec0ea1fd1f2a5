/** A way of sending one message; `close` ends its connections. */
export interface Sender {
  /** Sends one and resolves with whether it was accepted. `outId` differs from send to send. */
  send(outId: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Where a sender sends to. */
export interface SenderOptions {
  /** Base URL of an agent, or of the upstream itself. */
  readonly url: string;
  /** Connections that it may open. */
  readonly connections: number;
}

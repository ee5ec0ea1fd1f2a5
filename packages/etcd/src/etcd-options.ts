/** How to reach an etcd cluster. Certificates and keys are the PEM texts themselves, not paths. */
export interface EtcdOptions {
  /** URLs of the members, `http://host:2379` or `https://…`; one without a scheme is plain text. */
  readonly endpoints: readonly string[];
  /** Authority of the members' certificates; default: the ones Node trusts. */
  readonly ca?: string;
  /** Certificate of this client, where etcd asks for one; goes with `key`. */
  readonly cert?: string;
  readonly key?: string;
  readonly user?: string;
  readonly password?: string;
  /** How long a call may take, login included; default 5000. */
  readonly callTimeoutMs?: number;
  /** How often a watch asks how far the store has come, which is its sign of life; default 5000. */
  readonly signOfLifeMs?: number;
}

/** Defaults of what may be left out, in milliseconds. */
export const etcdDefaults = { callTimeoutMs: 5000, signOfLifeMs: 5000 } as const;

/** What a channel signs or identifies itself with. */
export type Credential =
  | {
      readonly kind: 'aliyun';
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
      /** Of a temporary (STS) key. */
      readonly securityToken?: string;
    }
  | { readonly kind: 'api-key'; readonly key: string };

export type CredentialKind = Credential['kind'];

/** A credential by now, or in words why there is none. */
export type CredentialResult =
  { readonly ok: true; readonly credential: Credential } | { readonly ok: false; readonly reason: string };

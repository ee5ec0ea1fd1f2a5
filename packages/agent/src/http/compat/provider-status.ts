/**
 * The statuses that Aliyun's gateway gives its codes (help.aliyun.com/document_detail/48054.html); the first that
 * fits. A refusal comes to us as a code, and goes on with the status that clients know beside it.
 */
const statuses: readonly (readonly [RegExp, number])[] = [
  [/^isv\.|^isp\./, 200],
  [/^Throttling/, 400],
  [/^Forbidden|^NoPermission$/, 403],
  [/^(?:InvalidAccessKeyId|Invalid(?:Action|Api|Product))\.NotFound$|^InvalidVersion$/, 404],
  [/^UnsupportedHTTPMethod$/, 405],
  [/^HTTP_/, Number.NaN],
  [/^(?:Missing|Invalid|Incomplete|Signature)/, 400],
];

/** The status of a provider's code: never 500 or more; `undefined` for what is no code of a provider. */
export function providerStatus(code: string): number | undefined {
  const status = statuses.find(([pattern]) => pattern.test(code))?.[1] ?? 200;
  return Number.isNaN(status) ? undefined : status;
}

import { WaystationError } from '@waystation/core';

/**
 * An endpoint as gRPC wants it, `scheme://host:port` and nothing behind; a port that is not named is the scheme's
 * own. Throws `CONFIG_INVALID` for anything else than a URL of http or https; without a scheme it is http.
 */
export function endpointAddress(endpoint: string): string {
  const text = endpoint.includes('://') ? endpoint : `http://${endpoint}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/u.test(url.protocol) || url.pathname !== '/') {
    throw new WaystationError(
      'CONFIG_INVALID',
      `an etcd endpoint must be a URL such as http://127.0.0.1:2379 or https://etcd-1:2379, got "${endpoint}"`,
    );
  }
  const usual = url.protocol === 'https:' ? '443' : '80';
  return `${url.protocol}//${url.hostname}:${url.port === '' ? usual : url.port}`;
}
